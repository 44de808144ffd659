import {bytesOf, sizeOf} from '../tensor/shape.ts';
import {viewOf} from '../tensor/dtypes.ts';
import type {BatchSlot, SlotSpec} from '../tensor/slot.ts';

/** The two lanes of the ring. */
export type LaneName = 'train' | 'evaluation';

/** One lane: a circle of slots of one spec. */
export interface LanePlan {
	readonly slot: SlotSpec;
	readonly slots: number;
}

/** A lane in shared memory. Plain data: it crosses threads by structured clone. */
export type LaneMemory = {
	readonly data: SharedArrayBuffer;
	readonly control: SharedArrayBuffer;
} & LanePlan;

export type RingMemory = Readonly<Record<LaneName, LaneMemory>>;

/** Control words of a slot. `state` counts up: a slot is empty when it is even and holds a batch when it is odd. */
export const slotWords = {state: 0, count: 1, words: 4} as const;

/** In place of a count: the pass over the data ended before this slot. */
export const endOfPass = -1;

const align = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Byte offsets of one slot's parts; every part starts at a multiple of 64. */
export const slotLayout = ({rows, features, label}: SlotSpec): {readonly labels: number; readonly weights: number; readonly records: number; readonly bytes: number} => {
	const labels = align(rows * bytesOf(features));
	const weights = labels + align(rows * bytesOf(label));
	const records = weights + align(rows * 4);
	return {
		labels, weights, records, bytes: records + align(rows * 8),
	};
};

/** Allocates a lane. */
export const allocateLane = (plan: LanePlan): LaneMemory => ({
	...plan,
	data: new SharedArrayBuffer(plan.slots * slotLayout(plan.slot).bytes),
	control: new SharedArrayBuffer(plan.slots * slotWords.words * 4),
});

/** The views of one slot; `count` is what the control word says now. */
export const slotAt = ({slot: spec, data, control}: LaneMemory, index: number): BatchSlot => {
	const layout = slotLayout(spec);
	const start = index * layout.bytes;
	const {rows, features, label} = spec;
	return {
		features: viewOf(features.dtype, data, start, rows * sizeOf(features.shape)),
		labels: viewOf(label.dtype, data, start + layout.labels, rows * sizeOf(label.shape)),
		weights: new Float32Array(data, start + layout.weights, rows),
		records: new Float64Array(data, start + layout.records, rows),
		count: Atomics.load(new Int32Array(control), (index * slotWords.words) + slotWords.count),
	};
};
