import {createHash} from 'node:crypto';

const sorted = (value: unknown): unknown => {
	if (Array.isArray(value)) {
		return value.map(element => sorted(element));
	}

	if (typeof value === 'object' && value !== null) {
		return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, element]) => [key, sorted(element)]));
	}

	return value;
};

/** Sha256 of a value's JSON, its keys in a fixed order. */
export const digestOfJson = (value: unknown): string => createHash('sha256').update(JSON.stringify(sorted(value))).digest('hex');
