import * as z from 'zod';
import {lossSchema} from '../model/schema.ts';
import {optimizerSchema} from '../optimizers/schema.ts';

const monitor = z.enum(['loss', 'accuracy', 'validationLoss', 'validationAccuracy']);
const count = z.int().positive();

export const trainingSchema = z.strictObject({
	optimizer: optimizerSchema.prefault('adam').meta({description: 'How the parameters follow the gradient.'}),
	loss: lossSchema.meta({description: 'What is made small.'}),
	stepsPerEpoch: z.int().min(1).optional().meta({description: 'Mini-batches of an epoch; by default all of the training share. A source that never ends needs it, and each epoch goes on where the last one stopped.'}),
	epochs: count.default(1).meta({description: 'Passes over the training share.'}),
	engine: z.enum(['auto', 'onnx', 'tensorflow', 'reference']).default('auto').meta({description: 'What computes; `auto` takes the first that can be loaded.'}),
	workers: z.union([z.literal('auto'), count.max(256)]).default('auto').meta({description: 'Threads that compute; `auto` takes one a processor and at most one a shard.'}),
	shards: count.max(256).default(2).meta({description: 'Parts of a batch whose gradients are summed in a fixed order: the results depend on them and not on the workers.'}),
	precision: z.enum(['float32', 'float64']).default('float32').meta({description: 'Of parameters and arithmetic; float64 on the engine `reference` only.'}),
	lowering: z.enum(['auto', 'plain']).default('auto').meta({description: 'How the engine `onnx` runs layers: `auto` takes faster operators of the runtime where they prove right, `plain` standard ones.'}),
	unsafeOutputs: z.boolean().default(false).meta({description: 'Whether the engine `onnx` may leave its outputs where they were written by a fault of its binding, which saves copying them. It is tried at the start, and left alone where it does not work; a new version of the runtime may change it.'}),
	globalClipNorm: z.number().positive().optional().meta({description: 'Largest Euclidean norm of the whole gradient; a longer one is shortened to it.'}),
	maxSkippedSteps: z.int().nonnegative().default(0).meta({description: 'Steps of the whole training that may be left out because their loss or gradient is not finite; one more ends it.'}),
	validateEvery: count.default(1).meta({description: 'Epochs between validations; the last epoch is always validated.'}),
	monitor: monitor.optional().meta({description: 'What tells the best epoch. Default: validationLoss, or loss without a validation share.'}),
	restoreBest: z.boolean().default(false).meta({description: 'Whether the best epoch\'s parameters are evaluated, and not the last one\'s.'}),
	checkpoints: z.strictObject({
		everySteps: count.optional().meta({description: 'Steps between checkpoints.'}),
		everyEpochs: count.optional().meta({description: 'Epochs between checkpoints.'}),
		everyMinutes: z.number().positive().default(1).meta({description: 'Minutes between checkpoints; one is always written at the end, and one of the best epoch.'}),
		keepLast: count.default(2).meta({description: 'Newest checkpoints that are kept.'}),
		keepBest: count.default(1).meta({description: 'Checkpoints of the best epochs that are kept.'}),
		onError: z.enum(['fail', 'continue']).default('fail').meta({description: 'Whether a checkpoint that cannot be written ends the run, or is told and tried again at the next one.'}),
	}).prefault({}).meta({description: 'How often the state of the training is kept, and how many of them.'}),
	earlyStopping: z.strictObject({
		monitor: monitor.optional().meta({description: 'What has to improve. Default: validationLoss, or loss without a validation share.'}),
		patience: z.int().nonnegative().default(0).meta({description: 'Monitored epochs without improvement after which training ends.'}),
		minDelta: z.number().nonnegative().default(0).meta({description: 'The least change that is an improvement.'}),
	}).optional().meta({description: 'Ends the training when it no longer improves.'}),
}).meta({description: 'How the network learns.'});

/** The training of a definition, defaults filled in. */
export type TrainingConfig = z.output<typeof trainingSchema>;
