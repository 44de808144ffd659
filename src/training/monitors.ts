import type {EpochRecord, Standing} from './history.ts';
import {createMonitor} from './monitor.ts';
import type {TrainOptions} from './options.ts';

/** What one training is judged by: the monitor of the best epoch, and that of early stopping where there is one. */
export interface Monitors {
	/** Takes an epoch's metrics; true when it is the best so far. */
	readonly observe: (record: Pick<EpochRecord, 'epoch' | 'step' | 'train' | 'validation'>) => boolean;
	readonly watched: () => Pick<Standing, 'monitor' | 'stopper'>;
	/** What early stopping goes by, once it has waited long enough. */
	readonly stopped: () => {readonly monitor: string; readonly bestEpoch: number | undefined} | undefined;
}

/** Makes the monitors of a training that goes on from where it stands. */
export const createMonitors = ({monitor: name, earlyStopping}: Pick<TrainOptions, 'monitor' | 'earlyStopping'>, from: Standing): Monitors => {
	const monitor = createMonitor(name, {from: from.monitor});
	const stopper = earlyStopping && createMonitor(earlyStopping.monitor, {minDelta: earlyStopping.minDelta, from: from.stopper});
	return {
		observe(record) {
			stopper?.observe(record);
			return monitor.observe(record);
		},
		watched: () => ({monitor: monitor.watched(), stopper: stopper?.watched() ?? from.stopper}),
		stopped() {
			if (stopper === undefined || stopper.watched().waited < Math.max(1, earlyStopping!.patience)) {
				return undefined;
			}

			return {monitor: stopper.name, bestEpoch: stopper.watched().best?.epoch};
		},
	};
};
