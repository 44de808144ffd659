import {entry} from '../entry.ts';

export const trainingErrors = {
	DIVERGED: entry(
		'diverged',
		(d: {step: number; epoch: number; quantity: string; lastLoss: number | undefined; tensor?: string | undefined; skipped?: number}) =>
			`Training diverged: the ${d.quantity} is not finite (epoch ${d.epoch}, step ${d.step}${d.tensor === undefined ? '' : `, ${d.tensor}`}${d.lastLoss === undefined ? '' : `; last finite loss ${d.lastLoss}`}${d.skipped === undefined || d.skipped === 0 ? '' : `; ${d.skipped} such steps were left out before`})`,
		() => 'Lower the learning rate, or clip the gradients with training.globalClipNorm.',
	),
	EMPTY_EPOCH: entry(
		'data',
		(d: {epoch: number}) => `No example reached the training (epoch ${d.epoch})`,
		() => 'The filters, the validation share or the batch remainder leave nothing to train on.',
	),
	WORKER_LOST: entry(
		'temporary',
		(d: {worker: number; reason: string}) => `Worker ${d.worker} ended unexpectedly: ${d.reason}`,
		() => 'What was trained until the last checkpoint is kept: go on with "pipeline resume".',
	),
	WORKER_STUCK: entry(
		'temporary',
		(d: {worker: number}) => `The engine of worker ${d.worker} does not come back from a computation, and cannot be ended without ending the program`,
		() => 'What was trained until the last checkpoint is kept: go on with "pipeline resume".',
	),
	MEMORY_EXHAUSTED: entry(
		'temporary',
		(d: {megabytes: number; limit: number}) => `The process takes ${d.megabytes} MiB of the ${d.limit} MiB that it may`,
		() => 'What was trained is kept in a checkpoint: go on with "pipeline resume", if there is one. Allow more with --max-memory, in code `maxMemory`, or hold less with --memory, the key `memory`; an operator that keeps what it was given may be the reason.',
	),
	PROOF_FAILED: entry(
		'gateUnmet',
		(d: {what: string; reason: string}) => `The proof failed: ${d.what}: ${d.reason}`,
		() => 'Run it with --out FOLDER to keep what it wrote, and look there.',
	),
	SUPERVISION_ENDED: entry(
		'temporary',
		(d: {attempts: number; directory: string}) => `The run was lost ${d.attempts} times without a newer checkpoint (${d.directory})`,
		() => 'Run "pipeline resume" with --verbose to see why.',
	),
	REPLAY_DIFFERS: entry(
		'internal',
		(d: {step: number; before: number; after: number}) => `A step that was made again after a worker was lost gave another loss (step ${d.step}: ${d.before}, then ${d.after})`,
		() => 'The engine or an operator does not compute the same twice; "pipeline verify-resume" finds out which.',
	),
};
