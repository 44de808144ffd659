import type {Region} from '../engines/engine.ts';

/** Bytes of one half: every region starts at a multiple of 64 bytes. */
const halfBytes = (regions: readonly Region[]): number =>
	regions.reduce((bytes, region) => bytes + Math.ceil(region.bytes / 64) * 64, 0);

/** Bytes of a staging memory for these regions: two halves, so that one keeps a whole state while the other is written. */
export const stagingBytes = (regions: readonly Region[]): number => 2 * halfBytes(regions);

/** The part of the staging memory that holds one region in one half. */
export const stagingView = (staging: SharedArrayBuffer, {regions, name, half}: {
	readonly regions: readonly Region[];
	readonly name: string;
	/** 0 or 1. */
	readonly half: number;
}): Uint8Array => {
	let offset = half * halfBytes(regions);
	for (const region of regions) {
		if (region.name === name) {
			return new Uint8Array(staging, offset, region.bytes);
		}

		offset += Math.ceil(region.bytes / 64) * 64;
	}

	throw new RangeError(`Expected a region of the plan. Received: ${name}`);
};
