import type {RunEvent} from './schema.ts';

/** What a person wants to know of a file that comes from elsewhere. */
export const describeDownload = ({state, address, offset, reason, attempt, attempts, wait}: Omit<Extract<RunEvent, {type: 'download'}>, 'v' | 't' | 'seq'>): string => {
	switch (state) {
		case 'retry': {
			return `retry ${attempt}/${attempts} in ${wait?.toFixed(1)} s: ${reason} (${address}, byte ${offset})`;
		}

		case 'mirror': {
			return `trying ${address}: ${reason}`;
		}

		case 'done': {
			return `fetched ${address} (${(offset / 1e6).toFixed(1)} MB)`;
		}

		case 'cached': {
			return `in the cache: ${address}`;
		}

		default: {
			return state satisfies never;
		}
	}
};
