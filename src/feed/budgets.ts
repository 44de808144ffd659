import type {BatchesConfig} from '../batching/schema.ts';
import {createError} from '../errors/threadloom-error.ts';
import type {ExampleSpec} from '../tensor/example.ts';
import {bytesOf} from '../tensor/shape.ts';

/** How the memory of a stream is shared out, in bytes. */
export interface Budgets {
	/** Records that are read at a time. */
	readonly chunk: number;
	/** What may be held between the gate and the ring, the shuffle window aside. */
	readonly flow: number;
	/** What a windowed shuffle holds. */
	readonly window: number;
	/** What operators hold that say so. */
	readonly operators: number;
	/** Decoded records in memory. */
	readonly cache: number;
	/** Labels of all records, wherever their features lie. */
	readonly labels: number;
}

const mebibyte = 1024 * 1024;
const largestFlow = 4 * mebibyte;
const defaultChunk = mebibyte / 4;
/** Of each lane: the one that is handed out, the one that is being decoded, and as much unpacked ahead of either file. */
const chunksInFlight = 8;
/** A training pass may fill its lane while an evaluation fills the other. */
const lanes = 2;

const bytesOfExample = ({features, label}: Pick<ExampleSpec, 'features' | 'label'>): number => bytesOf(features) + bytesOf(label);

/**
 * Shares out the memory of a stream: half of it is for decoded records.
 *
 * @throws MEMORY_TOO_SMALL when the stream could come to a standstill within it
 */
export const shareMemory = ({memory, chunkBytes, batches, input, output, holds}: {
	readonly memory: number;
	readonly chunkBytes: number | undefined;
	readonly batches: BatchesConfig | undefined;
	/** Specs before and after the operators. */
	readonly input: ExampleSpec;
	readonly output: ExampleSpec;
	/** The most that the operators hold together. */
	readonly holds: number;
}): Budgets => {
	const record = Math.max(bytesOfExample(input), bytesOfExample(output));
	const chunk = Math.max(Math.min(chunkBytes ?? defaultChunk, Math.floor(memory / 16)), bytesOfExample(input));
	const flow = Math.max(Math.min(Math.floor(memory / 8), largestFlow), 4 * record);
	const window = typeof batches?.shuffle === 'object' ? batches.shuffle.window * record : 0;
	// Of all records that are decoded; features lie in the cache, in a file or where they came from.
	const labels = Number.isFinite(input.count) ? input.count! * bytesOf(input.label) : 0;
	const rows = batches?.size === 'all' ? (output.count ?? 0) : (batches?.size ?? 0);
	const parts = {
		chunks: chunksInFlight * chunk, flow: lanes * flow, 'shuffle window': window, operators: holds, labels, 'two batches': (batches?.size === 'all' ? 1 : 2) * rows * bytesOfExample(output),
	};
	const needed = Object.values(parts).reduce((sum, bytes) => sum + bytes, 0);
	if (needed > memory) {
		throw createError('MEMORY_TOO_SMALL', {needed, memory, parts: Object.entries(parts).map(([name, bytes]) => `${name}: ${bytes}`).join(', ')});
	}

	return {
		chunk, flow, window, operators: holds, labels, cache: Math.max(0, Math.min(Math.floor(memory / 2), memory - needed)),
	};
};

/** The most that each part of a stream holds, in bytes; `decoded` is what all records take, where that is known. */
export const boundsOf = ({chunk, flow, window, operators, cache, labels}: Budgets, {decoded}: {readonly decoded: number}): Readonly<Record<string, number>> => ({
	'chunks in flight': chunksInFlight * chunk,
	'between reader and ring': lanes * flow,
	'shuffle window': window,
	operators,
	labels,
	'decoded records': Math.min(cache, decoded),
});
