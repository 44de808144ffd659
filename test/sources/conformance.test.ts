import {readdir, readlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {threadId} from 'node:worker_threads';
import {z} from 'zod';
import {createSource} from '../../src/sources/create-source.ts';
import {defineSource} from '../../src/sources/define-source.ts';
import {idxSource} from '../../src/sources/idx-source.ts';
import {syntheticSource} from '../../src/sources/synthetic-source.ts';
import {throwIfAborted} from '../../src/stream/abort.ts';
import {temporaryFolder} from '../helpers/temporary-folder.ts';
import {idxBytes, writePair} from './files.ts';
import {sourceConformance} from './source-conformance.ts';

/** Other test files run in threads of the same process: theirs have other names. */
const prefix = `threadloom-conformance-${threadId}-`;

const targetOf = async (descriptor: string): Promise<string> => {
	try {
		return await readlink(`/proc/self/fd/${descriptor}`);
	} catch {
		return '';
	}
};

/** Files of this test file's folders that are open, where the system can say. */
const openFiles = async (): Promise<number> => {
	if (process.platform !== 'linux') {
		return 0;
	}

	const descriptors = await readdir('/proc/self/fd');
	const targets = await Promise.all(descriptors.map(async descriptor => targetOf(descriptor)));
	return targets.filter(target => target.startsWith(path.join(tmpdir(), prefix))).length;
};

sourceConformance('gzipped images and labels', {
	create: async t => idxSource({id: 'pair', ...(await writePair(await temporaryFolder(t, prefix)))}),
	open: openFiles,
	hasDigests: true,
});

sourceConformance('plain images of int16 and label vectors of float32', {
	async create(t) {
		const directory = await temporaryFolder(t, prefix);
		const images = path.join(directory, 'images.idx');
		const labels = path.join(directory, 'labels.idx');
		await writeFile(images, idxBytes('int16', [7, 2, 2]));
		await writeFile(labels, idxBytes('float32', [7, 3]));
		return idxSource({id: 'plain', images, labels});
	},
	open: openFiles,
	hasDigests: true,
});

sourceConformance('a part of images without labels', {
	async create(t) {
		const {images} = await writePair(await temporaryFolder(t, prefix));
		return idxSource({id: 'part', images, take: 6});
	},
	open: openFiles,
	hasDigests: undefined,
});

sourceConformance('synthetic records', {
	create: async () => syntheticSource({
		count: 11, shape: [3, 3], classes: 4, seed: 9,
	}),
	hasDigests: true,
});

const counter = defineSource({
	options: z.strictObject({count: z.int()}),
	create: ({count}) => ({
		id: 'counter',
		describe: async () => ({features: {shape: [2], dtype: 'float32'}, label: {shape: [], dtype: 'int32'}, count}),
		async * chunks({signal, chunkBytes}) {
			const rows = Math.max(1, Math.floor(chunkBytes / 12));
			for (let first = 0; first < count; first += rows) {
				throwIfAborted(signal);
				const length = Math.min(rows, count - first);
				yield {
					source: 'counter',
					first,
					count: length,
					features: Float32Array.from({length: length * 2}, (_, index) => (first * 2) + index),
					labels: Int32Array.from({length}, (_, row) => first + row),
				};
			}
		},
		digests: () => ({}),
	}),
});

sourceConformance('a source of one\'s own', {
	create: async () => createSource({source: './counter.js', options: {count: 9}}, {
		dataDirectory: undefined,
		baseDirectory: '/',
		loadModule: async () => ({default: counter}),
	}),
	hasDigests: false,
});
