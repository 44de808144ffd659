import {measure} from '../lib/threadloom.js';

const stepsOfRun = 2000;

/** Resident memory while the CNN makes 2,000 steps. */
export const memorySection = {
	id: 'memory',
	title: `Memory over ${stepsOfRun.toLocaleString('en')} steps: CNN, batch 32`,
	async run({workers, data, log}) {
		const result = await measure('memory', {definition: 'cnn', batch: 32, warmup: 200, steps: stepsOfRun, every: 200, data, workers});
		log(`  ${result.resident.map(bytes => Math.round(bytes / 1e6)).join(' ')} MB`);
		return result;
	},
};
