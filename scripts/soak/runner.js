import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const program = path.join(root, 'bin', 'pipeline');
const garments = path.join(root, 'fixtures', 'garments');

/** Forty steps, in two epochs, from gzipped files: a windowed shuffle, dropout, clipping, a validation share, Adam. */
export const definition = `version: 1
name: soak
seed: 11
data:
  train: {images: ${garments}/train-images-idx3-ubyte.gz, labels: ${garments}/train-labels-idx1-ubyte.gz}
  validation: {fraction: 0.1}
operators:
  - normalize: {from: [0, 255], to: [0, 1]}
batches: {size: 180, shuffle: {window: 500}}
model:
  layers:
    - flatten
    - dense: {units: 12, activation: relu}
    - dropout: {rate: 0.3}
    - dense: {units: 10, activation: softmax}
training:
  optimizer: {adam: {learningRate: 0.005}}
  loss: sparseCategoricalCrossentropy
  epochs: 2
  engine: reference
  workers: 2
  shards: 8
  globalClipNorm: 1
  checkpoints: {everySteps: 1, keepLast: 3}
sinks: [metrics]
`;
export const steps = 40;

const noCheckpoint = 81;
const noRun = 66;

/** Starts the program; `after` milliseconds later, if it still runs, it is killed. */
const start = async (args, {environment = {}, after, wrap = []}) => new Promise((resolve, reject) => {
	const [command, ...rest] = [...wrap, process.execPath, program, ...args];
	let words = '';
	const child = spawn(command, rest, {env: {...process.env, ...environment}, stdio: ['ignore', 'ignore', 'pipe']});
	child.stderr.on('data', data => {
		words += data;
	});
	const ending = new AbortController();
	if (after !== undefined) {
		const timer = setTimeout(() => child.kill('SIGKILL'), after);
		ending.signal.addEventListener('abort', () => {
			clearTimeout(timer);
		});
	}

	child.once('error', reject);
	child.once('close', (code, signal) => {
		ending.abort();
		resolve({code, signal, words});
	});
});

/** Trains and resumes in folders of their own. */
export const createRunner = folder => {
	let count = 0;
	const runner = {
		folder,
		/** A directory that is not there yet. */
		directory: () => path.join(folder, `run-${++count}`),
		train: async (directory, {args = [], ...options} = {}) => start(['train', path.join(folder, 'soak.yaml'), '--quiet', '--out', directory, ...args], options),
		/** Goes on; only where the program says that there is no checkpoint yet, it starts again. */
		async resume(directory, options = {}) {
			const ending = await start(['resume', directory, '--quiet'], options);
			const isUnborn = ending.code === noCheckpoint || (ending.code === noRun && !existsSync(path.join(directory, 'lock.json')));
			return isUnborn ? runner.train(directory, {...options, args: ['--force']}) : ending;
		},
		/** Fails unless a program came to its end. */
		async finish(directory, options) {
			const ending = await runner.resume(directory, options);
			if (ending.code !== 0) {
				throw new Error(`the run did not come to its end: ${ending.signal ?? ending.code}\n${ending.words}`);
			}

			await runner.checkClean(directory);
		},
		/** Nothing is left of what was not finished. */
		async checkClean(directory) {
			const names = [...await fs.readdir(directory), ...await fs.readdir(path.join(directory, 'checkpoints'))];
			const left = names.filter(name => name.endsWith('.tmp') || name.startsWith('.lock'));
			if (left.length > 0) {
				throw new Error(`left behind: ${left.join(', ')}`);
			}
		},
	};
	return runner;
};
