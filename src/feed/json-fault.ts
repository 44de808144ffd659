import {kindOf} from '../tensor/spec-fault.ts';

/** What JSON would not give back the same, with its place, if there is anything; it leaves out what is undefined. */
export const jsonFault = (value: unknown, place = ''): string | undefined => {
	const where = place === '' ? '' : ` at \`${place.replace(/^\./u, '')}\``;
	if (value === undefined || value === null || typeof value === 'string' || typeof value === 'boolean') {
		return undefined;
	}

	if (typeof value === 'number') {
		return Number.isFinite(value) ? undefined : `${value}${where}`;
	}

	const isPlain = typeof value === 'object' && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);
	if (!Array.isArray(value) && !isPlain) {
		return `${kindOf(value)}${where}`;
	}

	for (const [key, inner] of Object.entries(value)) {
		const fault = jsonFault(inner, Array.isArray(value) ? `${place}[${key}]` : `${place}.${key}`);
		if (fault !== undefined) {
			return fault;
		}
	}

	return undefined;
};
