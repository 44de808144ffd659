import * as z from 'zod';

const factors: Readonly<Record<string, number>> = {ms: 1, s: 1000, m: 60_000, h: 3_600_000};

/** A duration as people write it (`30s`, `10m`, `2h`, `500ms`), in milliseconds; undefined when it is none. */
export const parseDuration = (text: string): number | undefined => {
	const {amount, unit} = /^(?<amount>\d+(?:\.\d+)?)(?<unit>ms|s|m|h)$/u.exec(text.trim())?.groups ?? {};
	return amount === undefined || unit === undefined ? undefined : Number(amount) * factors[unit]!;
};

/** A duration with its unit, or a number of milliseconds. */
export const durationSchema = z.union([z.number().positive(), z.string()]).transform((given, context) => {
	const milliseconds = typeof given === 'number' ? given : parseDuration(given);
	if (milliseconds === undefined || milliseconds <= 0) {
		context.issues.push({code: 'custom', input: given, message: 'expected a duration such as 30s or 2m'});
		return z.NEVER;
	}

	return milliseconds;
});
