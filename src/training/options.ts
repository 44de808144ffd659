import type {PassSource} from '../batching/pass.ts';
import type {EventBody} from '../events/schema.ts';
import type {Schedule} from '../optimizers/schedule.ts';
import type {Pool} from '../pool/pool.ts';
import type {EpochRecord, Standing, TrainingRecord} from './history.ts';
import type {MonitorName} from './monitor.ts';
import type {Pace} from './pace.ts';

export interface TrainOptions {
	readonly pool: Pool;
	readonly passes: PassSource;
	readonly epochs: number;
	readonly schedule: Schedule;
	/** Whether there is a validation share. */
	readonly hasValidation: boolean;
	/** Validates after every so many epochs, and after the last. */
	readonly validateEvery: number;
	readonly monitor: MonitorName;
	readonly earlyStopping: {readonly monitor: MonitorName; readonly patience: number; readonly minDelta: number} | undefined;
	/** Steps that may be left out because they are not finite, in the whole training. @default 0 */
	readonly maxSkipped?: number;
	/** Steps of the whole training, those before `from` included. */
	readonly maxSteps: number | undefined;
	readonly maxTimeMs: number | undefined;
	/** Where to go on; the workers hold the state of it. @default the beginning */
	readonly from?: Standing;
	/** What was told before `from`, and perhaps after it: steps that are in it are not told again. */
	readonly record: TrainingRecord;
	readonly pace: Pace;
	readonly emit: (event: EventBody) => void;
	/** Milliseconds that the event loop was held up at most since the last call. */
	readonly loopLag?: () => number;
	/** Called between two steps when the pace says that something is due. */
	readonly onPause: (standing: Standing, due: 'checkpoint' | 'snapshot') => Promise<void>;
	/** Called after every epoch, with the parameters still those of its end. */
	readonly onEpoch: (record: EpochRecord, standing: Standing) => Promise<void>;
	/** Never resolves; rejects when what was taken at a pause cannot be kept. */
	readonly failed: Promise<never>;
	/** Ends the training after the step that runs; what was done until then counts. */
	readonly signal: AbortSignal;
}

export type StopReason = 'epochs' | 'earlyStopping' | 'maxSteps' | 'maxTime' | 'signal';

/** What training came to. */
export interface TrainingResult {
	readonly standing: Standing;
	readonly stopped: StopReason;
	/** Milliseconds of waiting for data and of each phase, over all steps. */
	readonly laps: Readonly<Record<string, number>>;
}
