import type {EpochRecord} from '../training/history.ts';
import {isAccuracy, valueOf, type MonitorName} from '../training/monitor.ts';

/** The best epochs of a run by its monitored metric. */
export interface Leaders {
	/** Takes an epoch; true when it is among the best now. */
	readonly observe: (record: EpochRecord) => boolean;
	/** The steps at which they ended. */
	readonly steps: () => readonly number[];
}

/** Follows the `count` best epochs; `history` is what was there before. */
export const createLeaders = (name: MonitorName, {count, history}: {readonly count: number; readonly history: readonly EpochRecord[]}): Leaders => {
	const sign = isAccuracy(name) ? -1 : 1;
	let leaders: ReadonlyArray<{readonly step: number; readonly rank: number}> = [];
	const observe = (record: EpochRecord): boolean => {
		const value = valueOf(name, record);
		if (value === undefined || !Number.isFinite(value)) {
			return false;
		}

		// The sort is stable: of equal ones the earlier stays ahead.
		leaders = [...leaders.filter(({step}) => step !== record.step), {step: record.step, rank: sign * value}].toSorted((a, b) => a.rank - b.rank).slice(0, count);
		return leaders.some(({step}) => step === record.step);
	};

	for (const record of history) {
		observe(record);
	}

	return {observe, steps: () => leaders.map(({step}) => step)};
};
