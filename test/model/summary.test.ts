import test from 'ava';
import type {Model} from '../../src/model/model.ts';
import {formatSummary, modelSummary} from '../../src/model/summary.ts';
import {convolutionalNetwork, deepNetwork, modelOf, shallowNetwork} from './networks.ts';

const networks: ReadonlyArray<readonly [what: string, model: Model, parameters: number]> = [
	['784 → 64 → 10', shallowNetwork(), 784 * 64 + 64 + 64 * 10 + 10],
	['one hidden layer of 128', deepNetwork(1), 101_770],
	['4 hidden layers of 128', deepNetwork(4), 151_306],
	['10 hidden layers of 128', deepNetwork(10), 250_378],
	['the convolutional network', convolutionalNetwork(), 3_274_634],
];

for (const [what, model, parameters] of networks) {
	test(`${what} has ${parameters} parameters`, t => {
		const summary = modelSummary(model);
		t.is(summary.parameters, parameters);
		t.is(summary.bytes, parameters * 4);
		t.is(summary.rows.reduce((sum, row) => sum + row.parameters, 0), parameters);
	});
}

test('the table of the convolutional network is the paper\'s', t => {
	const rule = '─'.repeat(56);
	t.is(formatSummary(modelSummary(convolutionalNetwork())), [
		'Model: test, input 28 × 28 × 1',
		rule,
		'Layer (type)                    Output        Parameters',
		rule,
		'conv2d (conv2d)                 28 × 28 × 32         832',
		'max_pooling2d (maxPooling2d)    14 × 14 × 32           0',
		'conv2d_1 (conv2d)               14 × 14 × 64      51,264',
		'max_pooling2d_1 (maxPooling2d)  7 × 7 × 64             0',
		'flatten (flatten)               3136                   0',
		'dense (dense)                   1024           3,212,288',
		'dropout (dropout)               1024                   0',
		'dense_1 (dense)                 10                10,250',
		rule,
		'Parameters: 3,274,634 (12.49 MiB)',
		'Operations: 27,806,464 an example, forward',
	].join('\n'));
});

test('operations count every multiplication and addition of one example', t => {
	const {rows, operations} = modelSummary(modelOf([
		{conv2d: {filters: 3, kernelSize: 2}}, // 4 × 4 × 3 outputs of 2 × 2 × 2 products
		'maxPooling2d', // 2 × 2 × 3 outputs of 4 numbers
		'flatten',
		{dense: {units: 5}}, // 12 × 5 products
		{activation: {activation: 'relu'}},
	], {input: [5, 5, 2]}));
	t.deepEqual(rows.map(row => row.operations), [2 * 48 * 8, 12 * 4, 0, 2 * 12 * 5, 5]);
	t.is(operations, 768 + 48 + 120 + 5);
});
