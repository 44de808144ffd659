import fs from 'node:fs';
import path from 'node:path';
import {definitionOf, dataSets} from '../threadloom/session.js';
import {pipeline} from '../lib/threadloom.js';

/** Milliseconds from the start of the process to its first training step. */
const firstStep = async ({definition, data, out}) => {
	fs.rmSync(out, {recursive: true, force: true});
	const {startedAt} = await pipeline([
		'train', definitionOf(definition), '--max-steps', '1', '--seed', '1', '--quiet', '--out', out, ...dataSets(data).flatMap(set => ['--set', set]),
	]);
	const events = fs.readFileSync(path.join(out, 'events.ndjson'), 'utf8').trimEnd().split('\n').map(line => JSON.parse(line));
	return Date.parse(events.find(({type}) => type === 'step').t) - startedAt;
};

/** How long a person waits before anything happens. */
export const startUp = {
	id: 'start-up',
	title: 'Start-up',
	async run({pairs, data, scratch, log}) {
		const out = path.join(scratch, 'start-up');
		const timed = parameters => async () => (await pipeline(parameters)).seconds * 1000;
		const commands = {
			'pipeline --help': timed(['--help']),
			'pipeline run --help': timed(['run', '--help']),
			'pipeline validate, CNN': timed(['validate', definitionOf('cnn')]),
			'first step, CNN': async () => firstStep({definition: 'cnn', data, out}),
			'first step, MNN-3': async () => firstStep({definition: 'mnn-3', data, out}),
		};
		const rounds = [];
		// One more than counted: the first fills the caches of the disk and of compiled code.
		for (let round = 0; round <= pairs; round++) {
			const one = {};
			for (const [name, measure] of Object.entries(commands)) {
				one[name] = await measure();
			}

			if (round > 0) {
				log(`  ${round}/${pairs}  ${Object.entries(one).map(([name, milliseconds]) => `${name}: ${milliseconds.toFixed(0)} ms`).join('  ')}`);
				rounds.push(one);
			}
		}

		return {rounds};
	},
};
