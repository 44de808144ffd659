import type {EpochRecord} from './history.ts';

export type MonitorName = 'loss' | 'accuracy' | 'validationLoss' | 'validationAccuracy';

/** Follows one metric over the epochs. */
export interface Monitor {
	readonly name: MonitorName;
	readonly best: {readonly epoch: number; readonly value: number} | undefined;
	/** Monitored epochs since the best one. */
	readonly waited: number;
	/** Takes an epoch's metrics; true when it is the best so far. An epoch without the metric changes nothing. */
	readonly observe: (record: Pick<EpochRecord, 'epoch' | 'train' | 'validation'>) => boolean;
}

const valueOf = (name: MonitorName, {train, validation}: Pick<EpochRecord, 'train' | 'validation'>): number | undefined => {
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

/** Makes the monitor of a metric: a loss is to fall, an accuracy to rise, each by more than `minDelta`. */
export const createMonitor = (name: MonitorName, {minDelta = 0, best: known, waited: before = 0}: {
	readonly minDelta?: number;
	readonly best?: {readonly epoch: number; readonly value: number} | undefined;
	readonly waited?: number;
} = {}): Monitor => {
	const sign = name.toLowerCase().endsWith('accuracy') ? -1 : 1;
	let best = known;
	let waited = before;
	return {
		name,
		get best() {
			return best;
		},
		get waited() {
			return waited;
		},
		observe(record) {
			const value = valueOf(name, record);
			if (value === undefined) {
				return false;
			}

			if (best !== undefined && !(sign * value < sign * best.value - minDelta)) {
				waited++;
				return false;
			}

			best = {epoch: record.epoch, value};
			waited = 0;
			return true;
		},
	};
};
