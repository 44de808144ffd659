import type {InThreadFeedOptions} from '../feed/options.ts';
import type {NetworkOptions} from '../sources/http/network.ts';
import type {RunEvent} from '../events/schema.ts';
import type {RunReport} from '../evaluation/report.ts';
import type {RunControl} from './control.ts';

/** What a caller decides about a run beside its definition. */
export interface RunOptions {
	/** The run directory itself; a new one under `runs/` otherwise. */
	readonly out?: string | undefined;
	/** Overwrites a run that is there. @default false */
	readonly force?: boolean | undefined;
	/** Where data sets of the catalogue lie. */
	readonly dataDirectory?: string | undefined;
	/** What this machine decides about the network; what the definition says of it is added. */
	readonly network?: Pick<NetworkOptions, 'offline' | 'cacheDirectory' | 'cacheBytes'> | undefined;
	/** What the stream may hold, in bytes, in place of what the definition says. */
	readonly memory?: number | undefined;
	/** What the whole process may take, in bytes: near it a run ends with a checkpoint. @default what the container or the machine has */
	readonly maxMemory?: number | undefined;
	/** Whether bytes after the last record of an IDX file are a warning rather than an error. @default false */
	readonly allowTrailing?: boolean | undefined;
	/** Folders that operator modules may come from beside the definition's own. */
	readonly allowOperators?: readonly string[] | undefined;
	/** First signal of an interruption: the step is finished and everything is kept. */
	readonly signal?: AbortSignal | undefined;
	/** What of the run is done. @default all */
	readonly phases?: {readonly train: boolean; readonly evaluate: boolean; readonly report: boolean} | undefined;
	/** One batch of each phase, no files kept. @default false */
	readonly smoke?: boolean | undefined;
	/** Stops after so many steps of the whole run, those before a resume included. */
	readonly maxSteps?: number | undefined;
	/** Stops after so many milliseconds. */
	readonly maxTimeMs?: number | undefined;
	/**
	 * Hears every event of the run, as a sink of the definition does: the next one waits for a promise, and what it
	 * throws ends the run with `SINK_FAILED`. For RxJS, `event => subject.next(event)`.
	 */
	readonly onEvent?: ((event: RunEvent) => void | Promise<void>) | undefined;
	/** How the sink `console` shows progress. @default 'plain' */
	readonly progress?: 'bar' | 'plain' | 'none' | undefined;
	/** Whether it uses colours. @default false */
	readonly color?: boolean | undefined;
	/** The command line, kept with the run. */
	readonly argv?: readonly string[] | undefined;
	/** What the run listens to for who asks it for a checkpoint while it trains. */
	readonly control?: RunControl | undefined;
	/** Without progress of the workers for so many milliseconds, they count as stuck. @default 120_000 */
	readonly deadlineMs?: number | undefined;
	/**
	 * Operators in place of the definition's, functions in code among them. These cannot cross threads: the stream then
	 * runs in the calling thread, and delays whatever else that does.
	 */
	readonly operators?: InThreadFeedOptions['operators'] | undefined;
}

/** What a run came to. */
export interface RunResult {
	/** The run directory. */
	readonly directory: string;
	readonly status: RunReport['status'];
	/** What `report/report.json` holds. */
	readonly report: RunReport;
	/** The HTML page, when the report sink is on. */
	readonly reportPath: string | undefined;
	/** Whether there is a split to evaluate it on. */
	readonly hasTest: boolean;
	/** The result of a pipeline without a model. */
	readonly result?: unknown;
	/** Whether there was nothing left to do. */
	readonly isAlreadyComplete?: boolean;
	/** Whether the directory is gone: it was a smoke test's. */
	readonly isGone?: boolean;
}
