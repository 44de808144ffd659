import {entry} from '../entry.ts';

export const trainingErrors = {
	DIVERGED: entry(
		'diverged',
		(d: {step: number; epoch: number; quantity: string; lastLoss: number | undefined}) =>
			`Training diverged: the ${d.quantity} is not finite (epoch ${d.epoch}, step ${d.step}; last finite loss ${d.lastLoss ?? 'none'})`,
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
	),
};
