import path from 'node:path';
import {cutData} from '../lib/data.js';
import {wholeRun} from '../lib/threadloom.js';
import {inTurn} from '../lib/turns.js';
import {networks} from '../networks.js';

/** One network from the start of the process to its end: reading gzipped files, training, validation, test, report. */
const section = name => {
	const network = networks[name];
	const {definition, batch, images, epochs, title} = network;
	return {
		id: `whole:${name}`,
		title: `Whole runs: ${title}, ${epochs} epochs of ${images.toLocaleString('en')} images`,
		async run({peers, pairs, workers, data: folder, scratch, log}) {
			const data = cutData(folder, path.join(scratch, `data-${images}`), images);
			const wanted = peers.filter(peer => peer.name !== 'numpy' || name === 'snn');
			const contenders = [
				{
					name: 'threadloom',
					async run() {
						const {seconds, report} = await wholeRun({
							definition, data, out: path.join(scratch, 'run'),
							sets: [`batches.size=${batch}`, `training.epochs=${epochs}`, `training.workers=${workers}`],
						});
						const {loss, accuracy} = report.evaluation.test;
						return {seconds, loss, accuracy, peakBytes: report.peakMemory, shards: report.training.shards, workers, engine: `${report.training.engine} ${report.training.version}, ${report.training.family}`};
					},
				},
				...wanted.filter(({version}) => version !== undefined).map(peer => ({
					name: peer.name,
					run: async () => peer.run({mode: 'whole', network: definition, batch, epochs, images, threads: workers, data}),
				})),
			];
			return {
				missing: wanted.filter(({version}) => version === undefined).map(peer => peer.name),
				unit: 'seconds',
				rounds: await inTurn(contenders, {pairs, log}),
			};
		},
	};
};

export const wholeRunSections = Object.keys(networks).map(name => section(name));
