import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {definePipeline} from '../../src/definition/define-pipeline.ts';
import {jsonSchema} from '../../src/definition/json-schema.ts';
import {loadDefinition} from '../../src/definition/load.ts';
import {definitionSchema} from '../../src/definition/schema.ts';
import {builtInOperators} from '../../src/operators/registry.ts';
import {folderWith} from '../helpers/temporary-folder.ts';
import {faultOf, problemsIn, small} from './workspace.ts';

test('YAML, JSON, JavaScript, TypeScript and code give the same definition', async t => {
	const definition = definePipeline({
		version: 1,
		data: {train: {synthetic: {}}},
		model: {layers: ['flatten', {dense: {units: 10, activation: 'softmax'}}]},
		training: {optimizer: {sgd: {learningRate: 0.5}}, loss: 'sparseCategoricalCrossentropy'},
	} as never);
	const json = JSON.stringify(definition);
	const folder = await folderWith(t, {
		'package.json': '{"type": "module"}',
		'same.yaml': small,
		'same.json': json,
		'same.js': `export default ${json};`,
		'same.ts': `const definition: object = ${json};\nexport default definition;`,
	});
	const [first, ...others] = await Promise.all([
		...['yaml', 'json', 'js', 'ts'].map(async ending => loadDefinition(path.join(folder, `same.${ending}`))),
		loadDefinition({definition, directory: folder}, {sets: ['name=same']}),
	]);
	for (const other of others) {
		t.deepEqual(other.definition, first!.definition);
	}

	t.is(first!.baseDirectory, folder);
});

test('every default is filled in, and a resolved definition resolves to itself', async t => {
	const {definition} = await loadDefinition({text: small});
	t.like(definition, {
		batches: {size: 32, shuffle: 'global', remainder: 'keep'}, memory: 2 ** 30, operators: [],
		training: {epochs: 1, engine: 'auto', workers: 'auto', shards: 2, precision: 'float32', restoreBest: false},
	});
	t.deepEqual(definition.sinks.map(({name}) => name), ['console', 'metrics', 'report']);
	const written = JSON.stringify(definition);
	t.deepEqual(definitionSchema.parse(JSON.parse(written)), definition);
});

test('a layer, an operator and a sink with nothing behind their colons are their names alone', async t => {
	const {definition: {model, operators, sinks}} = await loadDefinition({text: `${small.replace('- flatten', '- flatten:')}operators:\n  - normalize:\nsinks:\n  - metrics:\n`});
	t.deepEqual(model?.layers[0], {name: 'flatten', options: {}});
	t.deepEqual(operators, [{normalize: {}}]);
	t.deepEqual(sinks, [{name: 'metrics', options: {}}]);
});

test('early stopping watches the validation loss, and the loss where there is no validation share', async t => {
	const stopping = `${small}  earlyStopping: {patience: 2}\n`;
	const monitorOf = async (text: string) => (await loadDefinition({text})).definition.training!.earlyStopping!.monitor;
	t.is(await monitorOf(stopping), 'loss');
	t.is(await monitorOf(stopping.replace('model:', '  validation: {fraction: 0.2}\nmodel:')), 'validationLoss');
});

test('relative paths start at the folder of the file that wrote them', async t => {
	const folder = await folderWith(t, {
		'base/base.yaml': small.replace('{synthetic: {}}', '{images: a.gz, labels: /data/b.gz}').concat('operators: [normalize, ./own.js, {../shared.js: {}}]\nsinks: [./sink.js]\n'),
		'inner/top.yaml': 'extends: ../base/base.yaml\ndata: {test: {images: c.gz}}\n',
	});
	const {definition, baseDirectory} = await loadDefinition(`${folder}/inner/top.yaml`);
	t.is(baseDirectory, `${folder}/inner`);
	t.deepEqual(definition.data.train, {images: '../base/a.gz', labels: '/data/b.gz'});
	t.deepEqual(definition.data.test, {images: 'c.gz'});
	t.deepEqual(definition.operators, ['normalize', '../base/own.js', {'../shared.js': {}}]);
	t.deepEqual(definition.sinks, [{name: '../base/sink.js', options: {}}]);
});

test('profiles of a file that is extended are there, under those of the file itself', async t => {
	const folder = await folderWith(t, {
		'base.yaml': `${small}profiles: {quick: {training: {epochs: 7, shards: 1}}}\n`,
		'top.yaml': 'extends: base.yaml\nprofiles: {quick: {training: {epochs: 9}}}\n',
	});
	t.like((await loadDefinition(`${folder}/top.yaml`, {profile: 'quick'})).definition.training, {epochs: 9, shards: 1});
});

test('a file that extends itself, over another, is refused', async t => {
	const folder = await folderWith(t, {'a.yaml': 'extends: b.yaml\n', 'b.yaml': 'extends: a.yaml\n'});
	const {code, exitCode, message} = await faultOf(`${folder}/a.yaml`);
	t.deepEqual([code, exitCode], ['DEFINITION_CYCLE', 78]);
	t.true(message.includes(`${folder}/a.yaml → ${folder}/b.yaml → ${folder}/a.yaml`));
});

test('keys of the loader that have another type are told', async t => {
	t.deepEqual(await problemsIn(`${small}extends: [a]\nprofiles: {quick: 5}\n`), [
		'11:10 extends: expected the path of one definition', '12:19 profiles.quick: expected keys and values',
	]);
});

test('letters and digits of any script are kept in a name, composed, and what a shell or a file system may stumble over is not', async t => {
	for (const [file, name] of [
		['gro\u0308\u00DFe', 'gr\u00F6\u00DFe'],
		['\u0645\u0644\u0627\u0628\u0633-\u0663', '\u0645\u0644\u0627\u0628\u0633-\u0663'],
		['\u0939\u093F\u0902\u0926\u0940', '\u0939\u093F\u0902\u0926\u0940'],
		['$(a) `b`;\u202E*?\u{1F45F}', '--a---b------'],
		['\u6570'.repeat(80), '\u6570'.repeat(66)],
	] as const) {
		const folder = await folderWith(t, {[`${file}.yaml`]: small});
		const {definition} = await loadDefinition(`${folder}/${file}.yaml`);
		t.is(definition.name, name);
		t.is((await loadDefinition({text: small}, {sets: [`name=${name}`]})).definition.name, name);
	}

	t.is((await loadDefinition({text: small}, {sets: ['name=gro\u0308\u00DFe']})).definition.name, 'gr\u00F6\u00DFe');
	for (const name of ['a b', 'a/b', 'a$b', 'a\u202Eb']) {
		t.regex(await faultOf({text: `${small}name: "${name}"\n`}).then(({message}) => message), /name: expected letters, digits, _, - and \. alone, received /u);
	}
});

test('a name for the run comes from the file, whatever the file is called', async t => {
	const folder = await folderWith(t, {'my pipeline (2).yaml': small});
	t.is((await loadDefinition(`${folder}/my pipeline (2).yaml`)).definition.name, 'my-pipeline--2-');
});

test('strings are filled in from the environment and from other keys', async t => {
	const text = `${small}seed: 7\nname: run-\${env:WHO:-nobody}-\${seed}\ndescription: \${env:WHAT:-a:-b}\nbatches:\n  size: \${model.layers[1].dense.units}\n`;
	t.like((await loadDefinition({text})).definition, {name: 'run-nobody-7', description: 'a:-b', batches: {size: 10}});
	t.like((await loadDefinition({text}, {environment: {WHO: 'me', WHAT: '${seed}'}})).definition, {name: 'run-me-7', description: '${seed}'}); // eslint-disable-line no-template-curly-in-string -- what the environment says is not filled in again
});

test('expressions that cannot be filled in are told with their places, beside other faults', async t => {
	t.deepEqual(await problemsIn(`${small}name: \${env:NOBODY_SET_THIS}\ndescription: \${description}\nbatches: {size: "\${nowhere}", sise: 1}\n`), [
		'11:7 name: ${env:NOBODY_SET_THIS}: the environment has no variable NOBODY_SET_THIS', // eslint-disable-line no-template-curly-in-string -- as it is told
		'12:14 description: ${description}: it refers to itself', // eslint-disable-line no-template-curly-in-string -- as it is told
		'13:17 batches.size: ${nowhere}: there is no such key', // eslint-disable-line no-template-curly-in-string -- as it is told
		'13:31 batches.sise: there is no such key (size)',
	]);
	t.regex((await problemsIn(`${small}description: is \${training}\n`))[0]!, /^11:14 description: .* has to be a string/u);
});

test('expressions that multiply are stopped', async t => {
	const keys = [...'abcdefghijklmnop'];
	const bomb = keys.map((key, index) => `${key}: "${index === keys.length - 1 ? 'x' : `\${${keys[index + 1]}}`.repeat(10)}"`).join('\n');
	const problems = await problemsIn(`${small}description: \${a}\n${bomb}\n`);
	t.true(problems.some(problem => problem.startsWith('11:14 description: it grows beyond')));
});

test('the JSON Schema knows every key, every layer, and what the loader reads', t => {
	const schema = jsonSchema();
	const properties = schema.properties as Record<string, {description?: string}>;
	t.deepEqual(Object.keys(properties).filter(key => properties[key]!.description === undefined), []);
	t.true('extends' in properties && 'profiles' in properties);
	for (const word of ['maxPooling2d', 'adamw', 'cosineDecay', 'glorotUniform']) {
		t.true(JSON.stringify(schema).includes(`"${word}"`));
	}
});

test('the definitions that come with the package load', async t => {
	const folder = new URL('../../../pipelines/', import.meta.url);
	const files = (await fs.readdir(folder, {recursive: true})).filter(file => file.endsWith('.yaml') && !file.endsWith('base.yaml'));
	t.true(files.length >= 7);
	for (const file of files) {
		const {definition} = await loadDefinition(path.join(folder.pathname, file));
		t.true(definition.operators.every(operator => Object.keys(builtInOperators).includes(typeof operator === 'string' ? operator : Object.keys(operator)[0]!)));
	}
});
