import type {EpochRecord, Watched} from './history.ts';

export type MonitorName = 'loss' | 'accuracy' | 'validationLoss' | 'validationAccuracy';

/** Follows one metric over the epochs. */
export interface Monitor {
	readonly name: MonitorName;
	readonly watched: () => Watched;
	/** Takes an epoch's metrics; true when it is the best so far. An epoch without the metric changes nothing, one that is not finite is never the best. */
	readonly observe: (record: Pick<EpochRecord, 'epoch' | 'step' | 'train' | 'validation'>) => boolean;
}

/** The metric of an epoch, where it has it. */
export const valueOf = (name: MonitorName, {train, validation}: Pick<EpochRecord, 'train' | 'validation'>): number | undefined => {
	switch (name) {
		case 'loss': {
			return train.loss;
		}

		case 'accuracy': {
			return train.accuracy;
		}

		case 'validationLoss': {
			return validation?.loss;
		}

		case 'validationAccuracy': {
			return validation?.accuracy;
		}

		default: {
			return name satisfies never;
		}
	}
};

/** Whether a metric is to rise. */
export const isAccuracy = (name: MonitorName): boolean => name === 'accuracy' || name === 'validationAccuracy';

/** Makes the monitor of a metric: a loss is to fall, an accuracy to rise, each by more than `minDelta`. */
export const createMonitor = (name: MonitorName, {minDelta = 0, from}: {
	readonly minDelta?: number;
	readonly from?: Watched;
} = {}): Monitor => {
	const sign = isAccuracy(name) ? -1 : 1;
	let {best, waited} = from ?? {best: undefined, waited: 0};
	return {
		name,
		watched: () => ({best, waited}),
		observe(record) {
			const value = valueOf(name, record);
			if (value === undefined) {
				return false;
			}

			if (!Number.isFinite(value) || (best !== undefined && !(sign * value < sign * best.value - minDelta))) {
				waited++;
				return false;
			}

			best = {epoch: record.epoch, step: record.step, value};
			waited = 0;
			return true;
		},
	};
};
