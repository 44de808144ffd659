import type {ClassMetrics, MetricAverages} from './classification.ts';

/** Means over a split. */
interface SplitMetrics {
	readonly loss: number;
	readonly accuracy?: number;
}

/** Everything that is known of one split after the run. */
export interface SplitReport extends SplitMetrics {
	readonly examples: number;
	/** Counts by [actual][predicted]. */
	readonly confusionMatrix?: ReadonlyArray<readonly number[]>;
	/** Per class, in the order of the indices: name, precision, recall, f1, support. */
	readonly classes?: readonly ClassMetrics[];
	readonly averages?: MetricAverages;
}

export interface ReportEpoch {
	readonly epoch: number;
	readonly step: number;
	/** Batches that were done of it, where it was broken off. */
	readonly brokenOffAfter?: number;
	readonly train: SplitMetrics;
	readonly validation?: SplitMetrics;
	readonly learningRate: number;
	readonly seconds: number;
	readonly samples: number;
	readonly waitShare: number;
	/** The longest that the main thread's event loop was held up. */
	readonly loopLagMs?: number;
	/** Mean over the epoch's steps. */
	readonly gradientNorm?: number;
	/** Mean of ‖Δθ‖ / ‖θ‖ over the epoch's measured steps. */
	readonly updateRatio?: number;
	/** Steps that were not applied. */
	readonly skipped?: number;
	readonly best: boolean;
}

/** `report/report.json`: the run as a program reads it. Additions only within a schema version. */
export interface RunReport {
	readonly schemaVersion: 1;
	readonly status: 'completed' | 'failed' | 'interrupted';
	readonly runId: string;
	readonly name: string;
	readonly description?: string;
	readonly seed: number;
	readonly startedAt: string;
	readonly versions: Readonly<Record<string, string>>;
	/** The command that goes on with a run that was interrupted or failed. */
	readonly resume?: string;
	readonly error?: {readonly code: string; readonly message: string; readonly hint?: string};
	readonly model?: {
		readonly parameters: number;
		readonly layers: ReadonlyArray<{readonly name: string; readonly type: string; readonly output: readonly number[]; readonly parameters: number}>;
	};
	readonly training?: {
		readonly engine: string;
		readonly backend: string;
		readonly version: string;
		readonly family: string;
		readonly workers: number;
		readonly shards: number;
		readonly batchSize: number;
		readonly optimizer: string;
		readonly fused: boolean;
		readonly epochs: number;
		readonly steps: number;
		/** Why it ended. */
		readonly stopped: string;
		readonly bestEpoch?: number;
		/** The epoch whose parameters were evaluated. */
		readonly restoredEpoch?: number;
	};
	readonly history: readonly ReportEpoch[];
	/** Training loss by step: `every` steps a mean. */
	readonly steps: {readonly every: number; readonly losses: readonly number[]};
	readonly evaluation: Readonly<Partial<Record<'test' | 'validation', SplitReport>>>;
	/** sha256 of the final canonical parameters, little-endian float32 (float64 in a float64 run). */
	readonly parametersSha256?: string;
	readonly timing: {
		/** Of the whole run. */
		readonly seconds: number;
		readonly trainingSeconds: number;
		readonly evaluationSeconds: number;
		/** Share of the training time that the workers waited for data. */
		readonly waitShare: number;
		readonly samplesPerSecond: number;
		/** Milliseconds a step of each phase, waiting included. */
		readonly laps: Readonly<Record<string, number>>;
	};
	/** What the stream did; times are estimates from a sample. */
	readonly stream?: {
		readonly operators: ReadonlyArray<{
			readonly name: string;
			/** Whether it says that it gives the same for a record in every epoch. */
			readonly deterministic?: boolean | undefined;
			readonly incoming: number;
			readonly outgoing: number;
			readonly seconds: number;
		}>;
		readonly seconds: number;
		readonly waitingSeconds: number;
		/** The most that each part held, in bytes. */
		readonly peaks: Readonly<Record<string, number>>;
		/** Records that were left out by the sample policy. */
		readonly rejected: number;
		/** What kept training from being faster. */
		readonly bottleneck: string;
	};
	/** Largest resident memory of the process in bytes. */
	readonly peakMemory: number;
}

/** One image of a gallery. */
export interface GalleryImage {
	readonly record: number;
	/** Class indices. */
	readonly actual: number;
	readonly predicted?: number;
	/** Of the predicted class. */
	readonly probability?: number;
	readonly loss?: number;
	/** Raw grey or RGB bytes in base64, row-major. */
	readonly pixels: string;
}

/** `report/gallery.json`: what the HTML page shows of the data. */
export interface Gallery {
	/** Height, width, channels (1 or 3). */
	readonly shape: readonly [number, number, number];
	/** Examples of each class, in the order of the classes. */
	readonly examples: readonly GalleryImage[];
	/** Misclassified examples, the largest loss first. */
	readonly mistakes: readonly GalleryImage[];
}

/** How many epochs came to their end. */
export const wholeEpochs = (history: ReadonlyArray<Pick<ReportEpoch, 'brokenOffAfter'>>): number => history.filter(({brokenOffAfter}) => brokenOffAfter === undefined).length;
