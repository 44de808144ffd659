import {measure} from '../lib/threadloom.js';
import {inTurn} from '../lib/turns.js';

/** The blocked family against the plain one on a network that nobody tuned anything for. */
export const loweringsSection = {
	id: 'lowerings',
	title: 'Blocked and plain: another CNN, 32×32×3, 24 and 40 channels, stride 2, valid padding, batch 50',
	async run({pairs, workers, log}) {
		const {difference, families} = await measure('gradients', {workers: 1});
		log(`  gradients differ by ${difference.toExponential(1)} of the largest (${families.join(', ')})`);
		return {
			unit: 'imagesPerSecond',
			difference,
			families,
			rounds: await inTurn(['auto', 'plain'].map(lowering => ({
				name: lowering === 'auto' ? 'blocked' : 'plain',
				run: async () => measure('other-cnn', {lowering, workers, warmup: 100, steps: 600}),
			})), {pairs, log}),
		};
	},
};
