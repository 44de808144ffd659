import * as z from 'zod';

const count = z.number().int().nonnegative();

const maximumDimensions = 8;

/** Looked at in one go: a list of millions must not take seconds to refuse. */
const shape = z.custom<number[]>(value => Array.isArray(value) && value.length <= maximumDimensions && value.every(size => Number.isSafeInteger(size) && size >= 0));

const parameterEntry = z.strictObject({
	name: z.string(),
	shape,
	offset: count,
	dtype: z.enum(['float32', 'float64']),
	trainable: z.boolean(),
});

/** One vector in the file; vectors lie behind each other in this order, little-endian. */
const tensor = z.strictObject({
	/** `parameters`, or the name of an optimizer slot. */
	name: z.string(),
	dtype: z.enum(['float32', 'float64']),
	length: count,
});

/** The best epoch by one metric, and how many monitored epochs ago it was. */
const watched = z.strictObject({
	best: z.strictObject({epoch: count, step: count, value: z.number()}).optional(),
	waited: count,
});

/** Where training stands. */
const progressSchema = z.strictObject({
	/** Steps done. */
	step: count,
	/** Epochs done. */
	epoch: count,
	/** Batches done of the epoch that is under way. */
	batch: count,
	/** Sums over those batches. */
	open: z.strictObject({steps: count, count, loss: z.number(), correct: z.number(), gradientNorm: z.number(), updateRatio: z.number().default(0), measured: count.default(0), skipped: count.default(0)}),
	/** Steps that were not applied, because loss or gradient was not finite. */
	skipped: count.default(0),
	monitor: watched,
	/** Of early stopping. */
	stopper: watched,
});

/** The JSON header of a checkpoint, format 1. */
export const headerSchema = z.strictObject({
	format: z.literal(1),
	/** Version of the package that wrote it. */
	build: z.string(),
	runId: z.string(),
	/** sha256 of what decides the numbers in the resolved definition, of each operator module and of each data file. */
	digests: z.strictObject({definition: z.string(), operators: z.record(z.string(), z.string()), data: z.record(z.string(), z.string())}),
	seed: count,
	shards: z.number().int().positive(),
	engine: z.strictObject({name: z.string(), backend: z.string(), version: z.string(), family: z.string(), outputs: z.enum(['copied', 'uncopied']).optional()}),
	optimizer: z.string(),
	progress: progressSchema,
	/** Learnt state of fitted operators by position. */
	operatorStates: z.record(z.string(), z.custom<z.core.util.JSONType>(() => true)), // JSON already: each operator knows its own.
	layout: z.array(parameterEntry),
	tensors: z.array(tensor),
});

export type CheckpointHeader = z.infer<typeof headerSchema>;
export type Progress = z.infer<typeof progressSchema>;
