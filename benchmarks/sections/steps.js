import {networks} from '../networks.js';
import {hasUnsafeOutputs, steps} from '../lib/threadloom.js';
import {inTurn} from '../lib/turns.js';

const peersOf = name => (name === 'snn' ? ['numpy', 'pytorch', 'keras', 'tfjs-node'] : ['pytorch', 'keras', 'tfjs-node']);

/** Bare steps of one network by Threadloom and every peer. */
const section = name => {
	const network = networks[name];
	return {
		id: `step:${name}`,
		title: `Bare steps: ${network.title}`,
		async run({peers, pairs, workers, data, log}) {
			const {definition, batch, warmup, steps: count, images} = network;
			const task = {definition, batch, warmup, steps: count, data, workers};
			const wanted = peers.filter(peer => peersOf(name).includes(peer.name));
			const contenders = [
				{name: 'threadloom', run: async () => steps(task)},
				// The networks without a convolution have outputs too small to matter.
				...(hasUnsafeOutputs() && name === 'cnn' ? [{name: 'threadloom, unsafeOutputs', run: async () => steps({...task, sets: ['training.unsafeOutputs=true']})}] : []),
				...wanted.filter(({version}) => version !== undefined).map(peer => ({
					name: peer.name,
					run: async () => peer.run({mode: 'step', network: definition, batch, warmup, steps: count, images, threads: workers, data}),
				})),
			];
			return {
				missing: wanted.filter(({version}) => version === undefined).map(peer => peer.name),
				unit: 'imagesPerSecond',
				rounds: await inTurn(contenders, {pairs, log}),
			};
		},
	};
};

export const stepSections = Object.keys(networks).map(name => section(name));
