import type {Writable} from 'node:stream';
import type {z} from 'zod';
import type {RunEvent} from '../events/schema.ts';
import type {Example, ExampleSpec} from '../tensor/example.ts';

/** What an event sink is given. */
export interface EventSinkContext {
	/** The run directory; it exists. */
	readonly directory: string;
	/** For people; results never go there. */
	readonly stderr: Writable;
	/** How progress is to be shown: a bar that is drawn anew, whole lines, or not at all. */
	readonly progress: 'bar' | 'plain' | 'none';
	/** Whether colours may be used. */
	readonly color: boolean;
	/** What was told before a run goes on from a checkpoint, its steps left out; nothing for a new run. */
	readonly past: readonly RunEvent[];
}

/** Hears every event of a run on the main thread. What its methods reject with ends the run. */
export interface EventSink {
	/** Takes one event; the next one waits for a promise. */
	readonly event: (event: RunEvent) => void | Promise<void>;
	/** Makes what was taken durable, before a checkpoint is written that follows it. */
	readonly sync?: () => Promise<void>;
	/** The last call, after the `end` event. */
	readonly close: () => Promise<void>;
}

/** What a record sink is given in the stream's worker. */
export interface RecordSinkContext {
	/** The run directory; it exists. */
	readonly directory: string;
	/** Spec after the last operator. */
	readonly spec: ExampleSpec;
}

/** Takes the examples of a pipeline without a model, in the stream's worker. */
export interface RecordSink {
	/** Copies what it keeps. The stream waits for a promise. */
	readonly write: (example: Example) => void | Promise<void>;
	/** Ends the sink; the value, plain data, is the result of the pipeline. */
	readonly finish: () => Promise<unknown>;
}

/** A sink of events as a definition names it. */
export interface EventSinkDefinition<Options> {
	readonly kind: 'events';
	readonly options: z.ZodType<Options>;
	readonly create: (options: Options, context: EventSinkContext) => Promise<EventSink>;
}

/** A sink of records as a definition names it. */
export interface RecordSinkDefinition<Options> {
	readonly kind: 'records';
	readonly options: z.ZodType<Options>;
	readonly create: (options: Options, context: RecordSinkContext) => Promise<RecordSink>;
}

export type SinkDefinition<Options> = EventSinkDefinition<Options> | RecordSinkDefinition<Options>;
