import {kindOf} from '../tensor/spec-fault.ts';

interface Fault {
	readonly what: string;
	/** Behind the value that was looked at, as `.sizes[0]`. */
	readonly place: string;
}

/** A state may have a number for every element of a record, so nothing is made for what is right. */
const findFault = (value: unknown, above: readonly unknown[] = []): Fault | undefined => {
	if (value === undefined || value === null || typeof value === 'string' || typeof value === 'boolean') {
		return undefined;
	}

	if (typeof value === 'number') {
		return Number.isFinite(value) ? undefined : {what: String(value), place: ''};
	}

	if (above.includes(value)) {
		return {what: 'a value that holds itself', place: ''};
	}

	const around = [...above, value];
	if (Array.isArray(value)) {
		for (let index = 0; index < value.length; index++) {
			const fault = findFault(value[index], around);
			if (fault !== undefined) {
				return {...fault, place: `[${index}]${fault.place}`};
			}
		}

		return undefined;
	}

	if (typeof value !== 'object' || ![Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null)) {
		return {what: kindOf(value), place: ''};
	}

	for (const [key, inner] of Object.entries(value)) {
		const fault = findFault(inner, around);
		if (fault !== undefined) {
			return {...fault, place: `.${key}${fault.place}`};
		}
	}

	return undefined;
};

/** What JSON would not give back the same, with its place, if there is anything; it leaves out what is undefined. */
export const jsonFault = (value: unknown): string | undefined => {
	const fault = findFault(value);
	return fault && `${fault.what}${fault.place === '' ? '' : ` at \`${fault.place.replace(/^\./u, '')}\``}`;
};
