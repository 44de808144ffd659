import * as z from 'zod';

const metrics = z.object({loss: z.number(), accuracy: z.number().optional()});

const head = {v: z.literal(1), t: z.iso.datetime(), seq: z.number().int().nonnegative()};

/** Every kind of event of a run, version 1; fields and kinds are only ever added. */
export const runEventSchema = z.discriminatedUnion('type', [
	z.object({
		...head,
		type: z.literal('run'),
		runId: z.string(),
		name: z.string(),
		seed: z.number(),
		engine: z.string().optional(),
		lowering: z.object({backend: z.string(), version: z.string(), family: z.string(), outputs: z.enum(['copied', 'uncopied']).optional()}).optional(),
		workers: z.number().optional(),
		shards: z.number().optional(),
		parameters: z.number().optional(),
		epochs: z.number().optional(),
		/** Examples of each split, where known. */
		examples: z.record(z.string(), z.number().optional()),
		/** Batches of one epoch, where known. */
		batches: z.number().optional(),
		/** Classes by index. */
		classes: z.array(z.string()).optional(),
		batchSize: z.number().optional(),
		optimizer: z.string().optional(),
		/** Whether the last operators are part of the network's first layer. */
		fused: z.boolean().optional(),
		layers: z.array(z.object({name: z.string(), type: z.string(), output: z.array(z.number()), parameters: z.number()})).optional(),
	}),
	z.object({...head, type: z.literal('phase'), phase: z.enum(['open', 'train', 'evaluate', 'stream', 'report']), state: z.enum(['start', 'end'])}),
	z.object({
		...head,
		type: z.literal('step'),
		step: z.number(),
		epoch: z.number(),
		loss: z.number(),
		accuracy: z.number().optional(),
		learningRate: z.number(),
		gradientNorm: z.number(),
		/** ‖Δθ‖ / ‖θ‖; one step in 64 is measured, the first of each epoch among them. */
		updateRatio: z.number().optional(),
		/** Whether the parameters were changed; false where loss or gradient was not finite. @default true */
		applied: z.boolean().optional(),
		/** Digest of the records of the batch, in their order. */
		records: z.number().optional(),
	}),
	z.object({
		...head,
		type: z.literal('epoch'),
		epoch: z.number(),
		step: z.number(),
		/** Batches that were done of it, where it was broken off. */
		brokenOffAfter: z.number().optional(),
		train: metrics,
		validation: metrics.optional(),
		/** Mean over the epoch's steps. */
		gradientNorm: z.number().optional(),
		/** Mean over the epoch's measured steps. */
		updateRatio: z.number().optional(),
		/** Steps that were not applied. */
		skipped: z.number().optional(),
		learningRate: z.number(),
		/** Of training alone, without validation. */
		seconds: z.number(),
		samples: z.number(),
		samplesPerSecond: z.number(),
		/** Share of the training time that the workers waited for data, 0 to 1. */
		waitShare: z.number(),
		/** The longest that the main thread's event loop was held up. */
		loopLagMs: z.number().optional(),
		best: z.boolean(),
	}),
	z.object({...head, type: z.literal('checkpoint'), path: z.string(), step: z.number(), epoch: z.number(), best: z.boolean(), bytes: z.number()}),
	z.object({...head, type: z.literal('earlyStop'), epoch: z.number(), monitor: z.string(), bestEpoch: z.number()}),
	/** The training is over, and its last checkpoint was read again. */
	z.object({
		...head,
		type: z.literal('trained'),
		steps: z.number(),
		/** Why it ended. */
		stopped: z.string(),
		bestEpoch: z.number().optional(),
		/** The epoch whose parameters are evaluated. */
		restoredEpoch: z.number().optional(),
		validationExamples: z.number().optional(),
		/** Of this start. */
		seconds: z.number(),
		/** Milliseconds of each phase over all steps of this start. */
		laps: z.record(z.string(), z.number()),
		parametersSha256: z.string(),
	}),
	z.object({
		...head,
		type: z.literal('evaluation'),
		split: z.string(),
		loss: z.number(),
		accuracy: z.number().optional(),
		examples: z.number(),
		seconds: z.number(),
		/** Counts by [actual][predicted]. */
		confusion: z.array(z.array(z.number())).optional(),
		classes: z.array(z.string()).optional(),
	}),
	/** The run goes on from a checkpoint: what was told after its step is told again, the same. */
	z.object({...head, type: z.literal('resume'), step: z.number(), epoch: z.number(), checkpoint: z.string(), epochs: z.number(), workers: z.number()}),
	/** A worker was lost; steps are made again from the last snapshot in memory. */
	z.object({...head, type: z.literal('replay'), step: z.number(), from: z.number(), reason: z.string()}),
	/** A record is left out, by the sample policy. */
	z.object({
		...head,
		type: z.literal('sampleError'),
		source: z.string(),
		record: z.number(),
		/** The operator that failed on it; none when its source cannot read it. */
		operator: z.string().optional(),
		code: z.string(),
		reason: z.string(),
		file: z.string().optional(),
		/** Byte of the file, unpacked, at which the record starts. */
		offset: z.number().optional(),
	}),
	/** What the stream did in the training passes. */
	z.object({
		...head,
		type: z.literal('stream'),
		operators: z.array(z.object({
			name: z.string(),
			/** Whether it says that it gives the same for a record in every epoch. */
			deterministic: z.boolean().optional(),
			incoming: z.number(),
			outgoing: z.number(),
			seconds: z.number(),
		})),
		/** Of all training passes, and the part of it in which full slots waited for the workers. */
		seconds: z.number(),
		waitingSeconds: z.number(),
		/** The most that each part held, in bytes. */
		peaks: z.record(z.string(), z.number()),
		rejected: z.number(),
		bottleneck: z.string(),
	}),
	z.object({...head, type: z.literal('warning'), message: z.string(), code: z.string().optional()}),
	z.object({
		...head,
		type: z.literal('download'),
		/** `cached`: read from the cache; `retry` and `mirror`: what comes next, and why; `done`: whole and checked. */
		state: z.enum(['cached', 'retry', 'mirror', 'done']),
		/** Without its secrets. */
		address: z.string(),
		/** Bytes that had arrived. */
		offset: z.number(),
		reason: z.string().optional(),
		/** Retries in a row that brought less than a mebibyte each, and how many there may be. */
		attempt: z.number().optional(),
		attempts: z.number().optional(),
		/** Seconds until the next attempt. */
		wait: z.number().optional(),
	}),
	z.object({
		...head,
		type: z.literal('end'),
		status: z.enum(['completed', 'failed', 'interrupted']),
		seconds: z.number(),
		/** Largest resident memory of the process in bytes. */
		peakMemory: z.number().optional(),
		versions: z.record(z.string(), z.string()).optional(),
		error: z.object({code: z.string(), message: z.string(), hint: z.string().optional()}).optional(),
	}),
]);

/** One event of a run, as `events.ndjson` has it and `onEvent` hears it. */
export type RunEvent = z.infer<typeof runEventSchema>;
export type RunEventType = RunEvent['type'];

/** One event before the log stamps version, time and number on it. */
export type EventBody = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'v' | 't' | 'seq'> : never) : never;

/** Hears what is to become an event. */
export type OnEvent = (event: EventBody) => void;
