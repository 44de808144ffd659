/**
 * TensorFlow.js with its native library, `fit` from tensors in memory. The package is the project's own: it brings no
 * faster way to train than `fit`, so bare steps are timed as `fit` without shuffling or validation.
 */
import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import process from 'node:process';
import zlib from 'node:zlib';

const load = createRequire(import.meta.url);
// Node 23 took both away; tfjs-node 4.22 calls them.
Object.assign(load('node:util'), {isNullOrUndefined: value => value === null || value === undefined, isArray: Array.isArray});
const tf = load('@tensorflow/tfjs-node');

const task = JSON.parse(process.argv[2]);
const hidden = {'mnn-3': 1, 'mnn-12': 10};
const isWhole = task.mode === 'whole';
const isFull = task.batch === 'all';

const read = (name, header) => zlib.gunzipSync(fs.readFileSync(path.join(task.data, name))).subarray(header);

const images = (prefix, limit = Number.POSITIVE_INFINITY) => {
	const labels = read(`${prefix}-labels-idx1-ubyte.gz`, 8);
	const count = Math.min(limit, labels.length);
	const pixels = read(`${prefix}-images-idx3-ubyte.gz`, 16).subarray(0, count * 784);
	return {
		count,
		x: tf.tensor4d(Float32Array.from(pixels, value => value / 255), [count, 28, 28, 1]),
		y: tf.tensor1d(Float32Array.from(labels.subarray(0, count))),
	};
};

const layersOf = name => {
	const {layers: l} = tf;
	const output = l.dense({units: 10, activation: 'softmax'});
	if (name === 'cnn') {
		return [
			l.conv2d({inputShape: [28, 28, 1], filters: 32, kernelSize: 5, padding: 'same', activation: 'relu'}),
			l.maxPooling2d({poolSize: 2}),
			l.conv2d({filters: 64, kernelSize: 5, padding: 'same', activation: 'relu'}),
			l.maxPooling2d({poolSize: 2}),
			l.flatten(),
			l.dense({units: 1024, activation: 'relu'}),
			l.dropout({rate: 0.5}),
			output,
		];
	}

	const first = l.flatten({inputShape: [28, 28, 1]});
	return name === 'snn'
		? [first, l.dense({units: 64, activation: 'sigmoid'}), output]
		: [first, ...Array.from({length: hidden[name]}, () => l.dense({units: 128, activation: 'relu'})), output];
};

const main = async () => {
	const {network} = task;
	const train = images('train', task.images);
	const net = tf.sequential({layers: layersOf(network)});
	const optimizer = network === 'snn' ? tf.train.sgd(0.5) : tf.train.adam(network === 'cnn' ? 3e-4 : 1e-3);
	net.compile({optimizer, loss: 'sparseCategoricalCrossentropy', ...(isWhole && {metrics: ['accuracy']})});
	const fit = async (x, y, options) => {
		const {history} = await net.fit(x, y, {verbose: 0, yieldEvery: 'never', batchSize: isFull ? x.shape[0] : task.batch, ...options});
		return history.loss.at(-1);
	};

	const report = fields => {
		console.log(JSON.stringify({...fields, peakBytes: process.resourceUsage().maxRSS * 1024}));
	};

	if (isWhole) {
		const kept = isFull ? train.count : train.count - Math.floor(train.count / 10);
		const part = (tensor, from, count) => tensor.slice([from], [count]);
		const test = images('t10k');
		const validation = kept === train.count ? {} : {validationData: [part(train.x, kept, train.count - kept), part(train.y, kept, train.count - kept)]};
		await fit(part(train.x, 0, kept), part(train.y, 0, kept), {epochs: task.epochs, shuffle: !isFull, ...validation});
		const [loss, accuracy] = net.evaluate(test.x, test.y, {batchSize: 1024}).map(value => value.dataSync()[0]);
		report({loss, accuracy});
		return;
	}

	const size = isFull ? train.count : task.batch;
	const whole = Math.max(1, Math.floor(train.count / size));
	// As many steps as asked for, in order, in rounds over the data.
	const steps = async count => {
		let loss;
		for (let left = count; left > 0;) {
			const batches = Math.min(left, whole);
			loss = await fit(train.x.slice([0], [batches * size]), train.y.slice([0], [batches * size]), {epochs: 1, shuffle: false});
			left -= batches;
		}

		return loss;
	};

	await steps(task.warmup);
	const start = performance.now();
	const loss = await steps(task.steps);
	report({imagesPerSecond: task.steps * size / (performance.now() - start) * 1000, loss});
};

await main();
