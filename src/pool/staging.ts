import type {Region} from '../engines/engine.ts';

/** The part of the staging buffer that holds one region; regions start at multiples of 64 bytes. */
export const stagingView = (staging: SharedArrayBuffer, regions: readonly Region[], name: string): Uint8Array => {
	let offset = 0;
	for (const region of regions) {
		if (region.name === name) {
			return new Uint8Array(staging, offset, region.bytes);
		}

		offset += Math.ceil(region.bytes / 64) * 64;
	}

	throw new RangeError(`Expected a region of the plan. Received: ${name}`);
};

/** Bytes of a staging buffer for these regions. */
export const stagingBytes = (regions: readonly Region[]): number =>
	regions.reduce((bytes, region) => bytes + Math.ceil(region.bytes / 64) * 64, 0);
