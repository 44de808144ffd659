import {entry} from '../entry.ts';

export const trainingErrors = {
	DIVERGED: entry(
		'diverged',
		(d: {step: number; epoch: number; quantity: string; lastLoss: number | undefined}) =>
			`Training diverged: the ${d.quantity} is not finite (epoch ${d.epoch}, step ${d.step}; last finite loss ${d.lastLoss ?? 'none'})`,
		() => 'Lower the learning rate, or clip the gradients with training.globalClipNorm.',
	),
	WORKER_LOST: entry(
		'temporary',
		(d: {worker: number; reason: string}) => `Worker ${d.worker} ended unexpectedly: ${d.reason}`,
	),
};
