import type {LoadedDefinition} from '../definition/load.ts';
import type {Definition} from '../definition/schema.ts';
import type {EventBody} from '../events/schema.ts';
import type {Feed} from '../feed/feed.ts';
import type {Written} from './placed.ts';
import type {Resumption} from './resumption.ts';
import type {Workers} from './session.ts';
import type {RunOptions} from './types.ts';

/** What training and evaluation of one run share. */
export interface PhaseOptions {
	readonly loaded: Pick<LoadedDefinition, 'definition'> & Written;
	readonly definition: Definition;
	readonly feed: Feed;
	readonly workers: Workers;
	readonly seed: number;
	readonly runId: string;
	/** The run directory; nothing is written without. */
	readonly directory: string | undefined;
	readonly options: RunOptions;
	/** Where a run that was stopped goes on. */
	readonly resume: Resumption | undefined;
	/** Sha256 of the local files that are trained on, as far as they are known beforehand. */
	readonly data: Readonly<Record<string, string>>;
	/** Resolves when the files lie in the directory that a run needs to go on. */
	readonly written: Promise<void>;
	readonly emit: (event: EventBody) => void;
	/** Makes what was emitted durable. */
	readonly sync: () => Promise<void>;
	readonly signal: AbortSignal;
	/** Milliseconds that the event loop was held up at most since the last call. */
	readonly loopLag: () => number;
}
