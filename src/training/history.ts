/** Means over a split or an epoch's examples. */
export interface Metrics {
	readonly loss: number;
	/** Share of correctly classified examples, 0 to 1; absent when the loss classifies nothing. */
	readonly accuracy?: number;
}

/** What one epoch came to. */
export interface EpochRecord {
	/** From 1. */
	readonly epoch: number;
	/** Steps done when it ended. */
	readonly step: number;
	/** Batches that were done of it, where it was broken off. */
	readonly brokenOffAfter?: number;
	readonly train: Metrics;
	readonly validation?: Metrics;
	/** Mean Euclidean norm of the gradient over the epoch's steps, before clipping. */
	readonly gradientNorm: number;
	/** Mean of ‖Δθ‖ / ‖θ‖ over the epoch's measured steps. */
	readonly updateRatio?: number;
	/** Steps that were not applied, because loss or gradient was not finite. */
	readonly skipped?: number;
	/** Of the last step. */
	readonly learningRate: number;
	/** Of training alone. */
	readonly seconds: number;
	readonly samples: number;
	/** Share of `seconds` that the workers waited for data. */
	readonly waitShare: number;
	/** The longest that the main thread's event loop was held up, in milliseconds. */
	readonly loopLagMs?: number;
	readonly best: boolean;
}

/** Sums over the batches of the epoch that is under way. */
export interface OpenEpoch {
	readonly steps: number;
	readonly count: number;
	/** Of the losses of the examples. */
	readonly loss: number;
	/** Correctly classified examples. */
	readonly correct: number;
	/** Of the gradients' norms. */
	readonly gradientNorm: number;
	/** Of the update ratios, and the steps that were measured. */
	readonly updateRatio: number;
	readonly measured: number;
	/** Steps that were not applied: they are in no other sum. */
	readonly skipped: number;
}

/** What follows one metric over the epochs. */
export interface Watched {
	readonly best: {readonly epoch: number; readonly step: number; readonly value: number} | undefined;
	/** Monitored epochs since the best one. */
	readonly waited: number;
}

/** Where training stands, as a checkpoint keeps it: with the parameters and the optimizer's slots, all that going on takes. */
export interface Standing {
	/** Steps done. */
	readonly step: number;
	/** Whole epochs done. */
	readonly epoch: number;
	/** Batches done of the epoch that is under way. */
	readonly batch: number;
	readonly open: OpenEpoch;
	/** Steps of the whole training that were not applied. */
	readonly skipped: number;
	readonly monitor: Watched;
	/** Of early stopping. */
	readonly stopper: Watched;
}

export const nothingOpen: OpenEpoch = {steps: 0, count: 0, loss: 0, correct: 0, gradientNorm: 0, updateRatio: 0, measured: 0, skipped: 0};

/** Where every training begins. */
export const beginning: Standing = {
	step: 0, epoch: 0, batch: 0, open: nothingOpen, skipped: 0, monitor: {best: undefined, waited: 0}, stopper: {best: undefined, waited: 0},
};

/** What a training has told so far; it is kept when steps are made again after a worker was lost, so that nothing is told twice. */
export interface TrainingRecord {
	readonly history: EpochRecord[];
	/** Loss of every step. */
	readonly stepLosses: number[];
}
