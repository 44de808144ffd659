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
	readonly train: Metrics;
	readonly validation?: Metrics;
	/** Of the last step. */
	readonly learningRate: number;
	/** Of training alone. */
	readonly seconds: number;
	readonly samples: number;
	/** Share of `seconds` that the workers waited for data. */
	readonly waitShare: number;
	readonly best: boolean;
}

/** Where training stands, as a checkpoint keeps it. */
export interface Standing {
	/** Steps done. */
	readonly step: number;
	/** Whole epochs done. */
	readonly epoch: number;
	/** Batches done of the epoch that is under way. */
	readonly batch: number;
	readonly best: {readonly epoch: number; readonly value: number} | undefined;
	/** Monitored epochs since the best one. */
	readonly waited: number;
}
