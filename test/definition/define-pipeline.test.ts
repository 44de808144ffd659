import test from 'ava';
import {definePipeline} from '../../src/definition/define-pipeline.ts';

const rest = {version: 1, data: {train: {synthetic: {count: 8, classes: 2}}}} as const;

test('layers, optimizers and schedules are typed by name, and options that there are not are faults to the compiler', t => {
	const right = definePipeline({
		...rest,
		model: {layers: ['flatten', {dense: {units: 2, activation: 'softmax', kernelInitializer: 'heNormal'}}]},
		training: {loss: 'sparseCategoricalCrossentropy', optimizer: {adam: {learningRate: {exponentialDecay: {initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.9}}}}},
	});
	const wrong = definePipeline({
		...rest,
		// @ts-expect-error -- there is no such option
		model: {layers: [{dense: {unit: 2}}]},
		// @ts-expect-error -- there is no such optimizer
		training: {loss: 'sparseCategoricalCrossentropy', optimizer: 'adm'},
	});
	t.is(right.model?.layers[0], 'flatten');
	t.truthy(wrong);
});
