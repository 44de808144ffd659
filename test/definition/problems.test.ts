import test from 'ava';
import {loadDefinition} from '../../src/definition/load.ts';
import {folderWith} from '../helpers/temporary-folder.ts';
import {faultOf, problemsIn, small} from './workspace.ts';

const told = test.macro(async (t, text: string, expected: readonly string[]) => {
	t.deepEqual(await problemsIn(text), expected);
});

test('a misspelt key is told with its own place and the nearest name', told, small.replace('training:', 'training:\n  epoch: 3'), ['9:3 training.epoch: there is no such key (epochs)']);
test('swapped letters are near', told, `${small}bathces: {size: 3}\n`, ['11:1 bathces: there is no such key (batches)']);
test('a name that is near to nothing has no suggestion', told, `${small}zzzzzz: 1\n`, ['11:1 zzzzzz: there is no such key']);
test('a key inside the options of a layer is found', told, small.replace('units: 10', 'unit: 10'), [
	'7:14 model.layers[1].dense.units: it is missing',
	'7:15 model.layers[1].dense.unit: there is no such key (units)',
]);
test('options that are not indented are told as that', told, small.replace('- dense: {units: 10', '- dense:\n      units: 10\n      rest: {units: 10'), [
	'7:7 model.layers[1]: expected the name of one layer, alone or with its options, received the keys dense, units, rest side by side; options are indented below the name',
]);
test('a misspelt layer is told with the nearest one', told, small.replace('- dense', '- dens'), ['7:7 model.layers[1].dens: there is no layer "dens" (dense)']);
test('a misspelt optimizer is told with the nearest one', told, small.replace('sgd', 'sgb'), ['9:15 training.optimizer.sgb: there is no optimizer "sgb" (sgd)']);
test('an operator that does not exist is told before anything runs', told, `${small}operators: [normalise]\n`, ['11:13 operators[0]: there is no operator "normalise" (normalize)']);
test('an option that an operator does not have is told', told, `${small}operators:\n  - normalize: {form: [0, 1]}\n`, ['12:17 operators[0].normalize.form: there is no such key (from)']);
test('a sink that does not exist is told', told, `${small}sinks: [consol, ./own.js]\n`, ['11:9 sinks[0]: there is no sink "consol" (console)']);
test('a data set that does not exist is told', told, small.replace('{synthetic: {}}', '{dataset: fashion-minst, split: train}'), [
	'3:20 data.train.dataset: there is no data set "fashion-minst" (fashion-mnist)',
]);
test('data sets that do not exist are told inside shards and mixtures, each with its place', told, small.replace('{synthetic: {}}', '{shards: [{dataset: mnist, split: train}, {dataset: mnits, split: train}]}').replace('model:', '  test: {mix: [{from: {dataset: kminst, split: test}}]}\nmodel:'), [
	'3:62 data.train.shards[1].dataset: there is no data set "mnits" (mnist)',
	'4:33 data.test.mix[0].from.dataset: there is no data set "kminst" (kmnist)',
]);
test('a sink of records beside a model is told', told, `${small}sinks: [metrics, statistics, {statistics: {}}]\n`, [
	'11:18 sinks[1]: it takes records, and a definition with a model gives it none',
	'11:30 sinks[2]: it takes records, and a definition with a model gives it none',
]);
for (const [options, fault] of [
	['{shape: [100000, 100000]}', '3:30 data.train.synthetic.shape: a record has 10000000000 bytes, more than 67108864'],
	['{shape: [65536], classes: 65536}', '3:30 data.train.synthetic.shape: the patterns of 65536 classes have 4294967296 bytes, more than 1073741824'],
] as const) {
	test(`records that no memory holds are told: ${options}`, told, small.replace('{synthetic: {}}', `{synthetic: ${options}}`), [fault]);
}

test('faults of sources inside shards and mixtures are told where they are', told, small.replace('{synthetic: {}}', '{shards: [{synthetic: {cuont: 3}}]}').replace('model:', '  test: {mix: [{from: {images: a, labls: b}, weight: 0}]}\nmodel:'), [
	'3:33 data.train.shards[0].synthetic.cuont: there is no such key (count)',
	'4:35 data.test.mix[0].from.labls: there is no such key (labels)',
	'4:54 data.test.mix[0].weight: expected a number above 0, received 0',
]);
test('a value that is none of a few is told with all of them', told, `${small}batches: {remainder: dorp}\n`, ['11:22 batches.remainder: expected one of keep, drop, received "dorp" (drop)']);
test('a misspelt key is told where words would do, too', told, `${small}batches: {shuffle: {windw: 4}}\nsamples: {limt: {count: 1}}\n`, [
	'12:10 samples.limit: it is missing',
	'12:11 samples.limt: there is no such key (limit)',
	'11:20 batches.shuffle.window: it is missing',
	'11:21 batches.shuffle.windw: there is no such key (window)',
]);
test('a misspelt schedule is told with the nearest one, where a number would do', told, small.replace('learningRate: 0.5', 'learningRate: {exponentialDecy: {initialLearningRate: 1}}'), [
	'9:36 training.optimizer.sgd.learningRate.exponentialDecy: there is no learning-rate schedule "exponentialDecy" (exponentialDecay)',
]);
test('a word that is near to none is told with those that there are', told, `${small}batches: {shuffle: windw}\n`, ['11:20 batches.shuffle: expected one of global, none, received "windw"']);
test('an empty file lacks everything', told, '', ['1:1 : expected keys and values, received null']);
test('a list is no definition', told, '- version: 1\n', ['1:1 : expected keys and values, received [{"version":1}]']);
test('a model without training is refused', told, small.slice(0, small.indexOf('training:')), ['1:1 training: model and training go together; training is missing']);

const alwaysOne = 'softmax over one output is always 1; two classes take two units, or one with the activation sigmoid and binaryCrossentropy';
test('softmax over one unit is told where it stands', told, small.replace('units: 10', 'units: 1'), [`7:37 model.layers[1].dense.activation: ${alwaysOne}`]);
test('softmax as a layer of its own is, too', told, small.replace('{units: 10, activation: softmax}', '{units: 1}\n    - activation: {activation: softmax}'), [`8:32 model.layers[2].activation.activation: ${alwaysOne}`]);

const warned = test.macro(async (t, text: string, expected: readonly string[]) => {
	const {warnings, file} = await loadDefinition({text});
	t.deepEqual(warnings.map(warning => warning.replace(`${file}:`, '')), expected);
});
const noProbabilities = (activation: string, loss = 'sparseCategoricalCrossentropy', needed = 'softmax'): string =>
	`the loss ${loss} expects probabilities, and the last activation is ${activation}; ${needed} makes them of any numbers`;
const lastLayers = (layers: string, loss = 'sparseCategoricalCrossentropy'): string => small.replace('- dense: {units: 10, activation: softmax}', layers).replace('sparseCategoricalCrossentropy', loss);
for (const [title, text, expected] of [
	['a crossentropy of a layer without activation', lastLayers('- dense: {units: 10}'), [`7:14: model.layers[1].dense.activation: ${noProbabilities('linear')}`]],
	['a crossentropy of a rectifier', lastLayers('- dense: {units: 10, activation: relu}'), [`7:38: model.layers[1].dense.activation: ${noProbabilities('relu')}`]],
	['a rectifier as a layer of its own', lastLayers('- dense: {units: 10}\n    - activation: {activation: relu}\n    - dropout: {rate: 0.5}'), [`8:32: model.layers[2].activation.activation: ${noProbabilities('relu')}`]],
	['a binary crossentropy of a hyperbolic tangent', lastLayers('- dense: {units: 1, activation: tanh}', 'binaryCrossentropy'), [`7:37: model.layers[1].dense.activation: ${noProbabilities('tanh', 'binaryCrossentropy', 'sigmoid')}`]],
	['a softmax of a softmax', lastLayers('- dense: {units: 10, activation: softmax}\n    - activation: {activation: softmax}'), [
		'8:32: model.layers[2].activation.activation: it is the softmax of a softmax, which makes the probabilities of all classes much alike; one of the two is enough',
	]],
] as const) {
	test(`${title} is warned of with its place`, warned, text, expected);
}

for (const text of [
	small,
	lastLayers('- dense: {units: 10}\n    - activation: {activation: softmax}'),
	lastLayers('- dense: {units: 10, activation: softmax}\n    - activation: {activation: linear}\n    - flatten'),
	lastLayers('- dense: {units: 10, activation: softmax}\n    - dense: {units: 10, activation: softmax}'),
	lastLayers('- dense: {units: 10, activation: sigmoid}', 'categoricalCrossentropy'),
	lastLayers('- dense: {units: 1, activation: sigmoid}', 'binaryCrossentropy'),
	lastLayers('- dense: {units: 1}', 'meanSquaredError'),
]) {
	test(`outputs that fit their loss are warned of in nothing: ${text.slice(text.indexOf('- flatten') + 14).replaceAll(/\s+/gu, ' ')}`, warned, text, []);
}

const monitored = (monitor: string, {loss = 'sparseCategoricalCrossentropy', units = 10, data = ''}: {readonly loss?: string; readonly units?: number; readonly data?: string} = {}): string =>
	small.replace('model:', `${data}model:`).replace('units: 10, activation: softmax', `units: ${units}, activation: ${units === 1 ? 'sigmoid' : 'softmax'}`).replace('sparseCategoricalCrossentropy', loss).concat(`  ${monitor}\n`);
const validation = '  validation: {fraction: 0.2}\n';
test('a monitor of a validation that there is not is told with the monitors that there are', told, monitored('monitor: validationAccuracy'), [
	'11:12 training.monitor: expected one of loss, accuracy, received "validationAccuracy": there is no data.validation',
]);
test('early stopping by a validation that there is not is told where it stands', told, monitored('earlyStopping: {monitor: validationLoss}'), [
	'11:28 training.earlyStopping.monitor: expected one of loss, accuracy, received "validationLoss": there is no data.validation',
]);
test('an accuracy that the loss does not have is told', told, monitored('earlyStopping: {monitor: accuracy}', {loss: 'meanSquaredError', data: validation}), [
	'12:28 training.earlyStopping.monitor: expected one of loss, validationLoss, received "accuracy": the loss meanSquaredError classifies nothing',
]);
test('a binary loss on several outputs has no accuracy', told, monitored('monitor: accuracy', {loss: 'binaryCrossentropy'}), [
	'11:12 training.monitor: expected loss, received "accuracy": the loss binaryCrossentropy on 10 outputs classifies nothing',
]);

test('monitors that there are are taken', async t => {
	for (const [text, monitor] of [
		[monitored('monitor: accuracy'), 'accuracy'],
		[monitored('monitor: validationAccuracy', {data: validation}), 'validationAccuracy'],
		[monitored('monitor: accuracy', {loss: 'binaryCrossentropy', units: 1}), 'accuracy'],
		[monitored('monitor: validationLoss', {loss: 'meanSquaredError', data: validation}), 'validationLoss'],
	] as const) {
		t.is((await loadDefinition({text})).definition.training!.monitor, monitor);
	}
});

test('all faults are told in one go, each once', async t => {
	const text = small.replace('version: 1', 'version: 2').replace('units: 10', 'units: 0').replace('0.5', '"0.5"').concat('batches: {size: 1.5}\ncolour: red\noperators: [nothing]\n');
	const problems = await problemsIn(text);
	t.deepEqual(problems.map(problem => problem.split(': ')[0]), [
		'1:10 version', '11:17 batches.size', '7:22 model.layers[1].dense.units', '9:35 training.optimizer.sgd.learningRate', '12:1 colour', '13:13 operators[0]',
	]);
	const {message, exitCode} = await faultOf({text});
	t.is(exitCode, 78);
	t.is(message.split('\n').length, 7, 'one line a problem below the first');
});

test('a fault in a file that is extended has its place there', async t => {
	const folder = await folderWith(t, {'base.yaml': small.replace('units: 10', 'units: ten'), 'inner/top.yaml': 'extends: ../base.yaml\nbatches: {sise: 3}\n'});
	const {message} = await faultOf(`${folder}/inner/top.yaml`);
	t.true(message.includes(`${folder}/base.yaml:7:22: model.layers[1].dense.units: expected a number, received "ten"`));
	t.true(message.includes(`${folder}/inner/top.yaml:2:11: batches.sise: there is no such key (did you mean "size"?)`));
});

test('what is missing in a list that replaced another is told where the new one stands', async t => {
	const folder = await folderWith(t, {'base.yaml': `${small}operators: [normalize, {reshape: {shape: [784]}}]\n`, 'top.yaml': 'extends: base.yaml\noperators: [normalize, {reshape: {}}]\n'});
	const {message} = await faultOf(`${folder}/top.yaml`);
	t.true(message.includes(`${folder}/top.yaml:2:34: operators[1].reshape.shape: it is missing`));
});
