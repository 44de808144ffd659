import {isDType} from './dtypes.ts';

/** What a value is called in an error. */
export const kindOf = (value: unknown): string => {
	if (typeof value !== 'object' || value === null) {
		return typeof value === 'function' ? 'a function' : String(value);
	}

	return 'then' in value ? 'a promise' : `a value of type ${(value as {readonly constructor?: {readonly name?: string}}).constructor?.name ?? 'object'}`;
};

/** What is wrong with a spec that somebody else's code answered, if anything. */
export const specFault = (spec: unknown): string | undefined => {
	if (typeof spec !== 'object' || spec === null || 'then' in spec) {
		return `answered ${kindOf(spec)}, expected {features: {shape, dtype}, label: {shape, dtype}, count}`;
	}

	for (const part of ['features', 'label'] as const) {
		const {shape, dtype} = ((spec as Readonly<Record<string, unknown>>)[part] ?? {}) as {readonly shape?: unknown; readonly dtype?: unknown};
		if (!Array.isArray(shape) || !shape.every(dimension => Number.isInteger(dimension) && dimension > 0)) {
			return `answered ${part} of the shape ${JSON.stringify(shape)}, expected a list of whole numbers of at least 1`;
		}

		if (!isDType(dtype)) {
			return `answered ${part} of the dtype ${JSON.stringify(dtype)}, expected uint8, int8, int16, int32, float32 or float64`;
		}
	}

	return undefined;
};
