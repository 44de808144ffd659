import path from 'node:path';
import {cutData} from '../lib/data.js';
import {steps, wholeRun} from '../lib/threadloom.js';
import {networks} from '../networks.js';

const epochs = 3;
/** Training images of a run; three epochs of the CNN on all of them take minutes. */
const imagesOf = {cnn: 30_000, 'mnn-3': 60_000};

/** How long training waits for data, and what a whole run costs beside its bare steps. */
const section = name => ({
	id: `data:${name}`,
	title: `A whole run and its bare steps: ${networks[name].title}, ${epochs} epochs of ${imagesOf[name].toLocaleString('en')} images`,
	async run({pairs, workers, data: folder, scratch, log}) {
		const {definition, batch, warmup, steps: count} = networks[name];
		const data = cutData(folder, path.join(scratch, `data-${imagesOf[name]}`), imagesOf[name]);
		const rounds = [];
		for (let round = 1; round <= pairs; round++) {
			const bare = await steps({definition, batch, warmup, steps: count, data, workers});
			const {seconds, report} = await wholeRun({definition, data, out: path.join(scratch, 'run'), sets: [`training.epochs=${epochs}`, `training.workers=${workers}`]});
			const trained = report.history.reduce((sum, {samples}) => sum + samples, 0);
			const result = {
				seconds,
				bareSeconds: trained / bare.imagesPerSecond,
				waitShares: report.history.map(({waitShare}) => waitShare),
				trainingSeconds: report.timing.trainingSeconds,
				evaluationSeconds: report.timing.evaluationSeconds,
				epochSeconds: report.history.reduce((sum, epoch) => sum + epoch.seconds, 0),
			};
			log(`  ${round}/${pairs}  whole ${seconds.toFixed(2)} s, bare steps ${result.bareSeconds.toFixed(2)} s, wait ${result.waitShares.map(share => `${(share * 100).toFixed(1)}%`).join(' ')}`);
			rounds.push(result);
		}

		return {rounds};
	},
});

export const dataSections = Object.keys(imagesOf).map(name => section(name));
