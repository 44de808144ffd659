import {steps} from '../lib/threadloom.js';
import {inTurn} from '../lib/turns.js';

/** Two workers against one, at the same shards: the same bits in less time. */
export const workersSection = {
	id: 'workers',
	title: 'One worker and two: CNN, batch 256',
	async run({pairs, data, log}) {
		const task = {definition: 'cnn', batch: 256, warmup: 4, steps: 16, data, sets: ['training.shards=2']};
		return {
			unit: 'imagesPerSecond',
			rounds: await inTurn([2, 1].map(workers => ({
				name: workers === 1 ? 'one worker' : 'two workers',
				run: async () => steps({...task, workers}),
			})), {pairs, log}),
		};
	},
};
