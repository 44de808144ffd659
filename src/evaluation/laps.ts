import type {RunReport} from './report.ts';

/** Where the time of a step went, in milliseconds of the first worker; undefined where there was no step. */
export const formatLaps = (laps: RunReport['timing']['laps']): string | undefined =>
	(Object.keys(laps).length === 0
		? undefined
		: Object.entries(laps).map(([name, milliseconds]) => `${name} ${milliseconds.toFixed(milliseconds < 10 ? 3 : 1)} ms`).join(', '));
