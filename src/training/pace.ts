/** What is due when the workers stand still between two steps. */
export type Due = 'checkpoint' | 'snapshot' | undefined;

/** Says when training pauses between two steps, to keep its state in memory or on disk. */
export interface Pace {
	/** Steps that may be made before a pause that is bound to a step. */
	readonly stepsLeft: (step: number) => number;
	/** Aborted when training is to pause after the step that runs; a new one after each `taken`. */
	readonly pause: () => AbortSignal;
	/** What is due after a step, or at the end of an epoch. */
	readonly due: (at: {readonly step: number; readonly epoch?: number}) => Due;
	/** Says that it was done, and how long the workers stood still for it. */
	readonly taken: (due: Exclude<Due, undefined>, milliseconds: number) => void;
	/** Asks for a checkpoint after the step that runs. */
	readonly request: () => void;
	/** Looks at the clock; a timer does so a few times a second. */
	readonly tick: () => void;
	readonly dispose: () => void;
}

export interface PaceOptions {
	readonly everySteps?: number | undefined;
	readonly everyEpochs?: number | undefined;
	readonly everyMinutes?: number | undefined;
	/** Milliseconds that never go back. */
	readonly now?: () => number;
}

const tickMs = 200;
/** Snapshots in memory take less than 1 % of the time, and come once a second at most. */
const snapshotGap = {least: 1000, factor: 100};

/** Makes the pace of one training. */
export const createPace = ({everySteps, everyEpochs, everyMinutes, now = () => performance.now()}: PaceOptions): Pace => {
	const checkpointGap = everyMinutes === undefined ? Number.POSITIVE_INFINITY : everyMinutes * 60_000;
	let gap = snapshotGap.least;
	let lastCheckpoint = now();
	let lastSnapshot = lastCheckpoint;
	let isRequested = false;
	let pausing = new AbortController();

	const dueByClock = (): Due => {
		if (isRequested || now() - lastCheckpoint >= checkpointGap) {
			return 'checkpoint';
		}

		return now() - lastSnapshot >= gap ? 'snapshot' : undefined;
	};

	const tick = (): void => {
		if (dueByClock() !== undefined) {
			pausing.abort();
		}
	};

	const timer = setInterval(tick, tickMs);
	timer.unref();

	return {
		stepsLeft: step => (everySteps === undefined ? Number.POSITIVE_INFINITY : everySteps - (step % everySteps)),
		pause: () => pausing.signal,
		due({step, epoch}) {
			const isBound = epoch === undefined
				? everySteps !== undefined && step % everySteps === 0
				: everyEpochs !== undefined && epoch % everyEpochs === 0;
			return isBound ? 'checkpoint' : dueByClock();
		},
		taken(due, milliseconds) {
			gap = Math.max(snapshotGap.least, snapshotGap.factor * milliseconds);
			lastSnapshot = now();
			if (due === 'checkpoint') {
				lastCheckpoint = lastSnapshot;
				isRequested = false;
			}

			pausing = new AbortController();
		},
		request() {
			isRequested = true;
			pausing.abort();
		},
		tick,
		dispose() {
			clearInterval(timer);
		},
	};
};
