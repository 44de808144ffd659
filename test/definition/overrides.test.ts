import test from 'ava';
import fc from 'fast-check';
import {configOrigins} from '../../src/definition/origins.ts';
import {loadDefinition, type Overrides} from '../../src/definition/load.ts';
import {formatPath, parsePath} from '../../src/definition/tree.ts';
import {folderWith} from '../helpers/temporary-folder.ts';
import {faultOf, problemsIn, small} from './workspace.ts';

const training = async (source: string, overrides?: Overrides) => (await loadDefinition(source, overrides)).definition.training!;

test('each source of values wins over the ones before it', async t => {
	const folder = await folderWith(t, {
		'base.yaml': small.replace('training:', 'training:\n  epochs: 2'),
		'top.yaml': 'extends: base.yaml\ntraining: {epochs: 3}\nprofiles: {long: {training: {epochs: 4}}}\n',
	});
	const file = `${folder}/top.yaml`;
	const epochs = async (source: string, overrides?: Overrides): Promise<number> => (await training(source, overrides)).epochs;
	let overrides: Overrides = {};
	const order = [await epochs(`${folder}/base.yaml`), await epochs(file)];
	for (const stronger of [
		{profile: 'long'},
		{environment: {THREADLOOM_TRAINING__EPOCHS: '5'}},
		{sets: ['training.epochs=6']},
		{sets: ['training.epochs=6', 'training.epochs=7']},
		{flags: [{flag: '--epochs', path: 'training.epochs', value: 8}]},
		{unsets: ['training.epochs']},
	] satisfies Overrides[]) {
		overrides = {...overrides, ...stronger};
		order.push(await epochs(file, overrides));
	}

	t.deepEqual(order, [2, 3, 4, 5, 6, 7, 8, 1]);
});

test('the origin of every value is told', async t => {
	const folder = await folderWith(t, {
		'base.yaml': small,
		'top.yaml': 'extends: base.yaml\nbatches: {size: 8}\nprofiles:\n  wide: {batches: {shuffle: none}}\n',
	});
	const loaded = await loadDefinition(`${folder}/top.yaml`, {
		profile: 'wide',
		environment: {THREADLOOM_TRAINING__VALIDATE_EVERY: '2'},
		sets: ['training.optimizer.sgd.momentum=0.5', 'model.layers[1].dense.units=11'],
		flags: [{flag: '--seed', path: 'seed', value: 3}],
	});
	const origins = Object.fromEntries(configOrigins(loaded).map(({path, value, origin}) => [path, [value, origin]]));
	t.deepEqual(origins['name'], ['top', 'default']);
	t.deepEqual(origins['batches.size'], [8, `${folder}/top.yaml:2:17`]);
	t.deepEqual(origins['batches.shuffle'], ['none', `${folder}/top.yaml:4:29`]);
	t.deepEqual(origins['batches.remainder'], ['keep', 'default']);
	t.deepEqual(origins['seed'], [3, '--seed']);
	t.deepEqual(origins['training.validateEvery'], [2, 'THREADLOOM_TRAINING__VALIDATE_EVERY']);
	t.deepEqual(origins['training.optimizer.sgd.momentum'], [0.5, '--set']);
	t.deepEqual(origins['training.optimizer.sgd.learningRate'], [0.5, `${folder}/base.yaml:9:35`]);
	t.deepEqual(origins['training.optimizer.sgd.nesterov'], [false, 'default']);
	t.deepEqual(origins['model.layers[1].dense.units'], [11, '--set']);
	t.deepEqual(origins['model.layers[1].dense.activation'], ['softmax', `${folder}/base.yaml:7:38`]);
	t.deepEqual(origins['model.layers[0]'], ['flatten', `${folder}/base.yaml:6:7`]);
});

test('another optimizer replaces the one below with its options, from a file and from --set', async t => {
	const folder = await folderWith(t, {'base.yaml': small, 'top.yaml': 'extends: base.yaml\ntraining: {optimizer: {adam: {beta1: 0.8}}}\n'});
	const adam = {name: 'adam', options: {learningRate: 0.001, beta1: 0.8}};
	t.like((await training(`${folder}/top.yaml`)).optimizer, adam);
	t.like((await training(`${folder}/base.yaml`, {sets: ['training.optimizer.adam.beta1=0.8']})).optimizer, adam);
	t.like((await training(`${folder}/base.yaml`, {sets: ['training.optimizer.sgd.momentum=0.8']})).optimizer, {name: 'sgd', options: {learningRate: 0.5, momentum: 0.8}});
});

const sources: Readonly<Record<string, object>> = {
	dataset: {dataset: 'fashion-mnist', split: 'train', take: 5},
	images: {images: '/a.gz', labels: '/b.gz'},
	npy: {npy: '/a.npy', labels: '/b.npy'},
	folder: {folder: '/a', imageSize: [8, 8]},
	synthetic: {synthetic: {count: 7}},
	source: {source: './a.js', options: {depth: 1}},
	shards: {shards: [{npy: '/a.npy'}]},
	mix: {mix: [{from: {npy: '/a.npy'}, weight: 2}], seed: 3},
};

for (const [above, source] of Object.entries(sources)) {
	test(`a source of the form ${above} replaces one of any other form with all its keys, from a file and from --set`, async t => {
		const folder = await folderWith(t, {
			'alone.json': JSON.stringify({extends: 'model.yaml', data: {train: source}}),
			'model.yaml': small.replace('data:\n  train: {synthetic: {}}\n', ''),
			...Object.fromEntries(Object.entries(sources).flatMap(([below, other]) => [
				[`${below}.json`, JSON.stringify({extends: 'model.yaml', data: {train: other}})],
				[`over-${below}.json`, JSON.stringify({extends: `${below}.json`, data: {train: source}})],
			])),
		});
		const train = async (file: string, overrides?: Overrides) => (await loadDefinition(`${folder}/${file}.json`, overrides)).definition.data.train;
		const expected = await train('alone');
		const sets = Object.entries(source).map(([key, value]) => `data.train.${key}=${JSON.stringify(value)}`);
		for (const below of Object.keys(sources)) {
			t.deepEqual(await train(`over-${below}`), expected, `over ${below}`);
			if (below !== above) {
				t.deepEqual(await train(below, {sets}), expected, `set over ${below}`);
			}
		}
	});
}

test('a source inside shards or a mixture is replaced by one of another form, too', async t => {
	const npy = {npy: '/a.npy', labels: '/b.npy'};
	const text = (train: object): string => small.replace('{synthetic: {}}', JSON.stringify(train));
	const trainOf = async (train: object, overrides: Overrides) => (await loadDefinition({text: text(train)}, overrides)).definition.data.train;
	const {synthetic} = await trainOf({synthetic: {count: 7}}, {}) as {readonly synthetic: object};
	t.deepEqual(await trainOf({shards: [npy, npy]}, {sets: ['data.train.shards[1].synthetic.count=7']}), {shards: [npy, {synthetic}]});
	t.deepEqual(await trainOf({shards: [npy, npy]}, {environment: {THREADLOOM_DATA__TRAIN__SHARDS__0__SYNTHETIC__COUNT: '7'}}), {shards: [{synthetic}, npy]});
	t.like(await trainOf({mix: [{from: npy, weight: 2}]}, {sets: ['data.train.mix[0].from.synthetic.count=7']}), {mix: [{from: {synthetic}, weight: 2}]});
	t.deepEqual(await trainOf({shards: [npy, npy]}, {sets: ['data.train.shards[1].labels=/c.npy']}), {shards: [npy, {...npy, labels: '/c.npy'}]});
});

test('a value of --set is a scalar or an inline collection; quotes force a string', async t => {
	const described = async (value: string) => (await loadDefinition({text: small}, {sets: [`description=${value}`]})).definition.description;
	t.is(await described('"5"'), '5');
	t.is(await described('a=b'), 'a=b');
	t.is(await described('fast: yes'), 'fast: yes', 'what only whole lines of YAML could mean is a string');
	t.deepEqual(await problemsIn(small, {sets: ['description=5']}), ['--set description: expected a string, received 5']);
	t.deepEqual(await problemsIn(small, {sets: ['training.epochs=1e309']}), ['--set training.epochs: expected a number, received Infinity']);
	t.deepEqual(await problemsIn(small, {sets: ['training.epochs=.nan']}), ['--set training.epochs: expected a number, received NaN']);
});

test('elements of lists are set, added and removed', async t => {
	const layers = async (overrides: Overrides) => (await loadDefinition({text: small}, overrides)).definition.model!.layers.map(({name}) => name);
	t.deepEqual(await layers({sets: ['model.layers[0]={dropout: {rate: 0.1}}']}), ['dropout', 'dense']);
	t.deepEqual(await layers({sets: ['model.layers[2]=flatten']}), ['flatten', 'dense', 'flatten']);
	t.deepEqual(await layers({unsets: ['model.layers[0]']}), ['dense']);
	t.deepEqual(await layers({environment: {THREADLOOM_MODEL__LAYERS__0: '{dropout: {rate: 0.1}}'}}), ['dropout', 'dense']);
});

test('options of a module are set and removed by its name in brackets and quotes', async t => {
	const text = `${small}operators:\n  - ./my=noise.js: {amount: 1, share: 2}\n  - ./plain.js\n`;
	const loaded = await loadDefinition({text}, {
		sets: ['operators[0]["./my=noise.js"].amount=a=b', 'operators.1[\'./plain.js\'].depth=3'],
		unsets: ['operators[0]["./my=noise.js"].share'],
	});
	t.deepEqual(loaded.definition.operators, [{'./my=noise.js': {amount: 'a=b'}}, {'./plain.js': {depth: 3}}]);
	t.deepEqual(
		configOrigins(loaded).filter(({path}) => path.startsWith('operators')),
		[{path: 'operators[0]["./my=noise.js"].amount', value: 'a=b', origin: '--set'}, {path: 'operators[1]["./plain.js"].depth', value: 3, origin: '--set'}],
	);
});

test('a module without brackets is refused with how to write it', async t => {
	const {code, hint} = await faultOf({text: small}, {sets: ['operators[0]../noise.js.amount=1']});
	t.is(code, 'OVERRIDE_INVALID');
	t.is(hint, 'A module stands in brackets and quotes: --set \'operators[0]["./my-operator.js"].share=0.2\'');
});

test('a path is read as it is written, whatever its keys are', t => {
	const key = fc.oneof(fc.nat(99), fc.stringMatching(/^[\w$-]+$/u), fc.string({minLength: 1}).filter(text => !(text.includes('"') && text.includes('\''))));
	fc.assert(fc.property(fc.stringMatching(/^[a-z]+$/u), fc.array(key), (first, others) => {
		t.deepEqual(parsePath(formatPath([first, ...others])), [first, ...others]);
	}));
});

const refused = test.macro(async (t, overrides: Overrides, expected: readonly string[]) => {
	t.deepEqual(await problemsIn(small, overrides), expected);
});

test('an element beyond the end is refused', refused, {sets: ['model.layers[9].dense.units=5']}, ['--set model.layers[9].dense.units: model.layers is a list of 2, and has no "9"']);
test('a key of a list is refused', refused, {sets: ['model.layers.first=flatten']}, ['--set model.layers.first: model.layers is a list of 2, and has no "first"']);
test('an element of what is no list is refused', refused, {unsets: ['training[0]']}, ['--unset training[0]: training is no list, and has no [0]']);
test('a misspelt key to remove is told with the nearest', refused, {unsets: ['training.epochss', 'batchs.size', 'data.train.synthetic.sead', 'model.layers[1].dense.activatoin', 'training.optimizer.sdg', 'training.earlyStopping.patienc', 'seed.low']}, [
	'--unset training.epochss: there is no such key (epochs)',
	'--unset batchs: there is no such key (batches)',
	'--unset data.train.synthetic.sead: there is no such key (seed)',
	'--unset model.layers[1].dense.activatoin: there is no such key (activation)',
	'--unset training.optimizer.sdg: there is no such key (sgd)',
	'--unset training.earlyStopping.patienc: there is no such key (patience)',
	'--unset seed.low: there is no such key',
]);
test('an unknown variable is told with the nearest key', refused, {environment: {THREADLOOM_TRAINING__EPOCS: '5'}}, ['THREADLOOM_TRAINING__EPOCS training.epocs: there is no such key (epochs)']);
test('a flag is named where its value is wrong', refused, {flags: [{flag: '--epochs', path: 'training.epochs', value: 0}]}, [
	'--epochs training.epochs: expected a number above 0, received 0',
]);
test('all faults of all overrides are told', refused, {sets: ['model.layers[9]=flatten', 'training.epochs=no', 'colour=red'], unsets: ['training.loss']}, [
	'--set model.layers[9]: model.layers is a list of 2, and has no "9"',
	'--unset training.loss: it is missing',
	'--set training.epochs: expected a number, received "no"',
	'--set colour: there is no such key',
]);

test('what could be there is removed without a word', async t => {
	const text = `${small}operators:\n  - normalize: {from: [0, 255]}\n  - ./own.js\n`;
	const unsets = ['seed', 'training.epochs', 'training.earlyStopping.patience', 'model.layers[1].dense.useBias', 'training.optimizer.adam.beta1', 'data.train.images', 'operators[0].normalize.to'];
	t.deepEqual((await loadDefinition({text}, {unsets})).definition, (await loadDefinition({text})).definition);
	t.deepEqual(await problemsIn(text, {unsets: ['operators[0].normalise.from']}), ['--unset operators[0].normalise: there is no such key (normalize)']);
});

test('a single underscore makes no override', async t => {
	t.is((await loadDefinition({text: small}, {environment: {THREADLOOM_DATA: '/somewhere', THREADLOOM_COLOUR: 'red'}})).definition.name, 'definition');
});

for (const [title, overrides] of Object.entries<Overrides>({
	'no equals sign': {sets: ['training.epochs']},
	'no path': {sets: ['=5']},
	'an open list': {sets: ['training.epochs=[1']},
	'an unknown tag': {sets: ['training.epochs=!!js/function 1']},
	'an alias': {sets: ['training.epochs=*a']},
	'a reserved key in the path': {sets: ['training.constructor.x=1']},
	'a reserved key in the value': {sets: ['training={__proto__: {polluted: 1}}']},
	'a reserved key in a variable': {environment: {THREADLOOM_TRAINING__CONSTRUCTOR: '{}'}},
	'a reserved key to remove': {unsets: ['training.__proto__']},
})) {
	test(`an override with ${title} is refused`, async t => {
		const {code, exitCode} = await faultOf({text: small}, overrides);
		t.deepEqual([code, exitCode], ['OVERRIDE_INVALID', 78]);
	});
}

test('an unknown profile is refused with the nearest one', async t => {
	const {code, hint} = await faultOf({text: `${small}profiles: {quick: {}}\n`}, {profile: 'quikc'});
	t.is(code, 'PROFILE_UNKNOWN');
	t.is(hint, 'Did you mean "quick"?');
});
