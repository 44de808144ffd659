import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import type {ExecutionContext} from 'ava';
import {execa, type Options} from 'execa';
import {folderWith} from '../helpers/temporary-folder.ts';

/** Folder of the package. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));
export const fixture = (name: string): string => path.join(root, 'fixtures', name);
export const program = path.join(root, 'bin', 'pipeline');

/** What a program that was started may not inherit from whoever runs the tests. */
const environment = {THREADLOOM_DATA: undefined, THREADLOOM_CACHE: undefined, THREADLOOM_CACHE_SIZE: undefined, CI: undefined, NO_COLOR: undefined, FORCE_COLOR: undefined};

/** Starts the program; its exit code is looked at by the test. */
export const pipeline = (args: readonly string[], {cwd, env = {}}: {readonly cwd: string; readonly env?: Readonly<Record<string, string>>}) =>
	execa(process.execPath, [program, ...args], {cwd, env: {...environment, ...env}, reject: false, stdin: 'ignore', timeout: 60_000} satisfies Options);

const split = (name: string): string => `  ${name}: {images: ${fixture('tiny/images.gz')}, labels: ${fixture('tiny/labels.gz')}, classes: [a, b, c]}`;

/** A definition on the tiny images that trains within milliseconds. */
export const tinyDefinition = [
	'version: 1',
	'seed: 1',
	'data:',
	split('train'),
	split('test'),
	'operators:',
	'  - normalize: {from: [0, 255], to: [0, 1]}',
	'batches: {size: 4}',
	'model:',
	'  layers:',
	'    - flatten',
	'    - dense: {units: 3, activation: softmax}',
	'training:',
	'  optimizer: {sgd: {learningRate: 0.5}}',
	'  loss: sparseCategoricalCrossentropy',
	'  epochs: 10',
	'  engine: reference',
	'  workers: 1',
	'  shards: 1',
	'sinks: [console, metrics, report]',
	'',
].join('\n');

/** A folder of its own for one test, with `tiny.yaml` and any other files, removed at the end. */
export const workspace = async (t: ExecutionContext, files: Readonly<Record<string, string>> = {}): Promise<string> =>
	folderWith(t, {'tiny.yaml': tinyDefinition, ...files});

/** A module with an operator whose examples go through the given body of a function of `example`. */
export const operatorModule = (body: string): string => [
	`import {map} from '${import.meta.resolve('rxjs')}';`,
	`import {z} from '${import.meta.resolve('zod')}';`,
	`export default {options: z.object({}), cardinality: 'one', output: spec => spec, create: () => map(example => {${body}})};`,
	'',
].join('\n');

/** Takes its time over each example: an epoch of the tiny images is some 0.1 s. */
export const slowModule = operatorModule('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 8); return example;');

export const isThere = (file: string): boolean => existsSync(file);

/** Whether a command succeeds here, as where it is installed and allowed. */
export const succeeds = (command: string, args: readonly string[]): boolean => spawnSync(command, args, {stdio: 'ignore'}).status === 0;

/** Waits until a stream has brought some words. */
export const said = async (stream: NodeJS.ReadableStream, wanted: string): Promise<void> => new Promise((resolve, reject) => {
	let words = '';
	stream.on('data', (piece: Uint8Array) => {
		words += Buffer.from(piece).toString('utf8');
		if (words.includes(wanted)) {
			resolve();
		}
	});
	stream.once('end', () => {
		reject(new Error(`it never said ${wanted}: ${words}`));
	});
});

/** The report of a run directory. */
export const reportOf = async (directory: string): Promise<Record<string, unknown>> =>
	JSON.parse(await fs.readFile(path.join(directory, 'report', 'report.json'), 'utf8')) as Record<string, unknown>;
