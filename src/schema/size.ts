import * as z from 'zod';

const units: Readonly<Record<string, number>> = {b: 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30};

/** Bytes of a size as people write it (`256MB`, `1.5GiB`); undefined when it is none. */
export const parseSize = (text: string): number | undefined => {
	const {amount, unit} = /^(?<amount>\d+(?:\.\d+)?)\s*(?<unit>[kmg]?i?b)$/iu.exec(text.trim())?.groups ?? {};
	return amount === undefined || unit === undefined ? undefined : Math.round(Number(amount) * units[unit.toLowerCase()]!);
};

/** A number of bytes, or a size with its unit. */
export const sizeSchema = z.union([z.int().positive(), z.string()]).transform((given, context) => {
	const bytes = typeof given === 'number' ? given : parseSize(given);
	if (bytes === undefined) {
		context.issues.push({code: 'custom', input: given, message: 'expected a size such as 256MB or 1GiB'});
		return z.NEVER;
	}

	return bytes;
});
