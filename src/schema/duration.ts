import * as z from 'zod';

const factors: Readonly<Record<string, number>> = {ms: 1, s: 1000, m: 60_000, h: 3_600_000};

/** What Node's timers can count, in milliseconds: told to wait for more, they do not wait at all. */
export const longestDuration = (2 ** 31) - 1;

/** What a duration is, for messages. */
export const durationForm = 'a duration such as 30s, 10m or 2h, 596h at most';

/** A duration as people write it (`30s`, `10m`, `2h`, `500ms`), in milliseconds; undefined when it is none, or longer than a timer can wait. */
export const parseDuration = (text: string): number | undefined => {
	const {amount, unit} = /^(?<amount>\d+(?:\.\d+)?)(?<unit>ms|s|m|h)$/u.exec(text.trim())?.groups ?? {};
	const milliseconds = amount === undefined || unit === undefined ? undefined : Number(amount) * factors[unit]!;
	return milliseconds !== undefined && milliseconds <= longestDuration ? milliseconds : undefined;
};

/** A duration with its unit, or a number of milliseconds. */
export const durationSchema = z.union([z.number().positive().max(longestDuration), z.string()]).transform((given, context) => {
	const milliseconds = typeof given === 'number' ? given : parseDuration(given);
	if (milliseconds === undefined || milliseconds <= 0) {
		context.issues.push({code: 'custom', input: given, message: `expected ${durationForm}`});
		return z.NEVER;
	}

	return milliseconds;
});
