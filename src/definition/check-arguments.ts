import {nearest} from './nearest.ts';
import type {Overrides} from './overrides.ts';

const known = ['profile', 'environment', 'sets', 'flags', 'unsets'] as const satisfies ReadonlyArray<keyof Overrides>;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** Checks what a caller in JavaScript gave to `loadDefinition`. @throws TypeError */
export const checkArguments = (source: unknown, overrides: unknown): void => {
	if (typeof source !== 'string' && !(isObject(source) && (typeof source['text'] === 'string' || isObject(source['definition'])))) {
		const given = isObject(source) ? `an object with ${Object.keys(source).join(', ') || 'nothing'}` : String(source);
		throw new TypeError(`Expected the path of a definition, {text} or {definition}. Received: ${given}`);
	}

	if (!isObject(overrides)) {
		throw new TypeError(`Expected overrides with ${known.join(', ')}. Received: ${String(overrides)}`);
	}

	const unknown = Object.keys(overrides).find(key => !known.includes(key as keyof Overrides));
	if (unknown !== undefined) {
		const near = nearest(unknown, known);
		throw new TypeError(`There is no override \`${unknown}\`${near === undefined ? '' : ` (did you mean \`${near}\`?)`}`);
	}

	const list = (['sets', 'flags', 'unsets'] as const).find(key => overrides[key] !== undefined && !Array.isArray(overrides[key]));
	if (list !== undefined) {
		throw new TypeError(`Expected the override \`${list}\` to be a list. Received: ${String(overrides[list])}`);
	}
};
