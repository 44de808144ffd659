import {formatLoss} from '../evaluation/format-loss.ts';
import type {RunEvent} from '../events/schema.ts';
import {formatDuration, formatRate} from './format.ts';

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, {type: T}>;

/** Says in one line how far a run has come. */
export interface Progress {
	readonly start: (event: EventOf<'run'>) => void;
	/** The run goes on, perhaps to another number of epochs. */
	readonly resume: (event: EventOf<'resume'>) => void;
	readonly step: (event: EventOf<'step'>) => void;
	/** The line of a finished epoch. */
	readonly epoch: (event: EventOf<'epoch'>) => string;
	/** The line of the epoch that is under way. */
	readonly line: () => string;
}

const metricsText = ({loss, accuracy}: {readonly loss: number; readonly accuracy?: number | undefined}): string =>
	`loss ${formatLoss(loss)}${accuracy === undefined ? '' : `  acc ${accuracy.toFixed(4)}`}`;

/** Follows the events of one run. */
export const createProgress = ({now = () => performance.now()}: {readonly now?: () => number} = {}): Progress => {
	let epochs: number | undefined;
	let batches: number | undefined;
	let last: EventOf<'step'> | undefined;
	let epochStart = now();
	let firstStep = 0;

	const epochLabel = (epoch: number): string => `epoch ${epoch}${epochs === undefined ? '' : `/${epochs}`}`;

	return {
		start(event) {
			({epochs, batches} = event);
			epochStart = now();
		},
		resume(event) {
			({epochs} = event);
			epochStart = now();
		},
		step(event) {
			if (last?.epoch !== event.epoch) {
				epochStart = now();
				firstStep = event.step - 1;
			}

			last = event;
		},
		epoch({epoch, brokenOffAfter, train, validation, samplesPerSecond, seconds, waitShare, best}) {
			return [
				`${epochLabel(epoch)}${brokenOffAfter === undefined ? '' : `, ${brokenOffAfter}${batches === undefined ? '' : ` of ${batches}`} batches`}`,
				metricsText(train),
				...(validation === undefined ? [] : [`val ${metricsText(validation)}`]),
				formatRate(samplesPerSecond),
				`wait ${Math.round(waitShare * 100)}%`,
				formatDuration(seconds),
				...(best ? ['best'] : []),
			].join('  ');
		},
		line() {
			if (last === undefined) {
				return '';
			}

			const done = last.step - firstStep;
			const perStep = (now() - epochStart) / 1000 / done;
			return [
				epochLabel(last.epoch),
				batches === undefined ? `${done} batches` : `${done}/${batches}  ${Math.floor((done / batches) * 100)}%`,
				metricsText(last),
				...(batches === undefined || epochs === undefined ? [] : [`eta ${formatDuration(perStep * ((batches * (epochs - last.epoch + 1)) - done))}`]),
			].join('  ');
		},
	};
};
