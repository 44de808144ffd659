import path from 'node:path';
import test from 'ava';
import {loadDefinition} from '../../src/definition/load.ts';
import {runPipeline} from '../../src/runs/run-pipeline.ts';
import {probeEngine} from '../../src/runs/probe-engine.ts';
import type {RunReport} from '../../src/evaluation/report.ts';
import {temporaryFolder} from '../helpers/temporary-folder.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const files = (split: string) => ({
	images: path.join(root, `fixtures/garments/${split}-images-idx3-ubyte.gz`),
	labels: path.join(root, `fixtures/garments/${split}-labels-idx1-ubyte.gz`),
});

const train = async (engine: string, directory: string): Promise<RunReport> => {
	const loaded = await loadDefinition(path.join(root, 'pipelines/fashion-mnist/snn.yaml'), {
		sets: [
			`data.train=${JSON.stringify(files('train'))}`,
			`data.test=${JSON.stringify(files('t10k'))}`,
			'operators=[{take: {count: 400}}, {normalize: {from: [0, 255], to: [0, 1]}}, {reshape: {shape: [784]}}, {one-hot: {classes: 10}}]',
			'training.epochs=20',
			`training.engine=${engine}`,
			'seed=3',
			'sinks=[]',
		],
	});
	const {report} = await runPipeline(loaded, {out: path.join(directory, engine), progress: 'none'});
	return report;
};

const title = 'the network of one hidden layer learns the same in 20 full-batch epochs on ONNX Runtime as in plain TypeScript';
const {available, detail} = await probeEngine('onnx');
if (available) {
	test(title, async t => {
		const directory = await temporaryFolder(t);
		const expected = await train('reference', directory);
		const actual = await train('onnx', directory);
		t.is(actual.history.length, 20);
		t.true(expected.history.at(-1)!.train.loss < expected.history[0]!.train.loss);
		for (const [index, {train: {loss}}] of actual.history.entries()) {
			const difference = Math.abs(loss - expected.history[index]!.train.loss);
			t.true(difference < 1e-5, `epoch ${index + 1} differs by ${difference}`);
		}

		t.deepEqual(actual.evaluation.test!.confusionMatrix, expected.evaluation.test!.confusionMatrix);
	});
} else {
	console.log(`skipped: ${title}: ${detail}`);
}
