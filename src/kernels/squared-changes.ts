import type {FloatArray} from '../tensor/dtypes.ts';
import type {Kernels} from './compiled.ts';
import {foldLanes, type Lanes} from './lanes.ts';

/**
 * Σ (after[i] − before[i])², in float64.
 *
 * The squares gather in four lanes, every fourth element in one; the lanes are added as (0 + 2) + (1 + 3). With kernels
 * over the memory of float32 arrays the bits are the same.
 */
export const squaredChanges = (before: FloatArray, after: FloatArray, kernels?: Kernels): number =>
	(kernels === undefined || !(after instanceof Float32Array)
		? changesHere(before, after)
		: kernels['squaredChanges']!(before.byteOffset, after.byteOffset, after.length));

const changesHere = (before: FloatArray, after: FloatArray): number => {
	const lanes: Lanes = [0, 0, 0, 0];
	for (let index = 0; index < after.length; index++) {
		const change = after[index]! - before[index]!;
		lanes[index % 4]! += change * change;
	}

	return foldLanes(lanes);
};
