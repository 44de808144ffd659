import process from 'node:process';
import test from 'ava';
import fc from 'fast-check';
import {nearest} from '../../src/definition/nearest.ts';
import {folderWith} from '../helpers/temporary-folder.ts';
import {faultOf, small} from './workspace.ts';

const refused = test.macro(async (t, text: string, code: string, says: RegExp) => {
	const fault = await faultOf({text});
	t.deepEqual([fault.code, fault.exitCode], [code, 78]);
	t.regex(fault.message, says);
});

test('a hundred thousand open lists are refused by line and column', refused, '['.repeat(100_000), 'DEFINITION_SYNTAX', /nested deeper than 64 .*:1:\d+\)/u);
test('objects nested without end are refused', refused, '{"a":'.repeat(50_000), 'DEFINITION_SYNTAX', /nested deeper than 64 .*:1:\d+\)/u);
test('indentation without end is refused', refused, Array.from({length: 200}, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), 'DEFINITION_SYNTAX', /nested deeper than 64 .*:\d{2}:\d+\)/u);
test('a text of more than 1 MiB is refused', refused, `#${' '.repeat(1024 * 1024)}`, 'DEFINITION_UNREADABLE', /larger than 1048576 bytes/u);
test('an alias inside what it stands for is refused', refused, 'a: &a\n  b: *a\n', 'DEFINITION_INVALID', /nested deeper than 64/u);
test('aliases that multiply are refused', refused, Array.from({length: 9}, (_, level) => `k${level}: &k${level} [${Array.from({length: 9}, () => (level === 0 ? 'x' : `*k${level - 1}`)).join(', ')}]`).join('\n'), 'DEFINITION_UNREADABLE', /aliases/u);
test('a key that is there twice is refused at its second place', refused, 'version: 1\nname: a\nname: b\n', 'DEFINITION_SYNTAX', /:3:1\)/u);
test('a second document is refused', refused, 'version: 1\n---\nversion: 1\n', 'DEFINITION_SYNTAX', /: a second document begins here, and only one is read \(.*:2:1\)/u);
test('an alias that stands for nothing is refused at its place', refused, 'version: 1\nname: &a x\ndescription: *a\nseed: *late\nmemory: &late 5\n', 'DEFINITION_SYNTAX', /: the alias \*late stands for nothing: no &late comes before it \(.*:4:7\)/u);
test('a tag that names code is refused', refused, 'version: !!js/function "1"\n', 'DEFINITION_SYNTAX', /:1:10\)/u);
test('bytes that are no text are refused', refused, Buffer.from([0xFF, 0xFE, 0, 1, 2, 3]).toString('utf8'), 'DEFINITION_INVALID', /expected keys and values/u);

test('a module that fails, and one that exports what JSON cannot hold, are refused', async t => {
	const folder = await folderWith(t, {
		'package.json': '{"type": "module"}',
		'throws.js': 'throw new Error("not today");',
		'circle.js': 'const a = {}; a.a = a; export default a;',
		'function.js': 'export default () => {};',
	});
	t.like(await faultOf(`${folder}/throws.js`), {code: 'DEFINITION_UNREADABLE', exitCode: 78});
	t.like(await faultOf(`${folder}/circle.js`), {code: 'DEFINITION_UNREADABLE', exitCode: 78});
	t.like(await faultOf(`${folder}/function.js`), {code: 'DEFINITION_INVALID', exitCode: 78});
});

test('a folder and a file that is not there are told apart', async t => {
	const folder = await folderWith(t, {});
	t.like(await faultOf(folder), {code: 'DEFINITION_UNREADABLE', exitCode: 78});
	t.like(await faultOf(`${folder}/nowhere.yaml`), {code: 'FILE_NOT_FOUND', exitCode: 66});
	if (process.platform === 'linux') {
		t.like(await faultOf('/proc/self/mem'), {code: 'DEFINITION_UNREADABLE', exitCode: 78}, 'it is there, and its bytes cannot be read');
	}
});

const reserved = fc.constantFrom('__proto__', 'constructor', 'prototype');
const places = fc.array(fc.constantFrom('training', 'data', 'model', 'x', 'optimizer'), {maxLength: 6});

test('reserved keys at any depth are refused with their place, and nothing is polluted', async t => {
	await fc.assert(fc.asyncProperty(places, reserved, fc.boolean(), async (path, key, isExtended) => {
		let inner = `{${JSON.stringify(key)}: {"polluted": true}}`;
		for (const part of path.toReversed()) {
			inner = `{${JSON.stringify(part)}: ${inner}}`;
		}

		const text = isExtended ? `profiles: {p: ${inner}}\n` : `${inner}\n`;
		const fault = await faultOf({text}, isExtended ? {profile: 'p'} : {});
		t.like(fault, {code: 'DEFINITION_INVALID', exitCode: 78});
		t.regex(fault.message, /:1:\d+: .*the key is reserved/u);
		t.false('polluted' in {});
	}), {numRuns: 60});
});

test('reserved keys in overrides pollute nothing, whatever they are hidden in', async t => {
	await fc.assert(fc.asyncProperty(places, reserved, async (path, key) => {
		const target = [...path, key, 'polluted'].join('.');
		const value = JSON.stringify({polluted: true});
		for (const overrides of [{sets: [`${target}=true`]}, {sets: [`training={${JSON.stringify(key)}: ${value}}`]}, {unsets: [target]}]) {
			t.like(await faultOf({text: small}, overrides), {code: 'OVERRIDE_INVALID', exitCode: 78});
		}

		t.false('polluted' in {});
	}), {numRuns: 30});
});

test('any text at all ends with a code of a definition, or with the file that it extends', async t => {
	const words = fc.constantFrom('version: 1', '\n', '  ', '- ', '{', '}', '[', ']', ': ', '"', '&a ', '*a', '${', '${env:X}', '${a}', 'a', 'training', '? ', '|', '>', '!!x ', '#', 'extends: 1', '\t', '\u0000'); // eslint-disable-line no-template-curly-in-string -- as a definition has it
	await fc.assert(fc.asyncProperty(fc.array(words, {maxLength: 30}), async parts => {
		const {code, exitCode} = await faultOf({text: parts.join('')});
		t.is(exitCode, code === 'FILE_NOT_FOUND' ? 66 : 78);
	}), {numRuns: 300});
});

test('the nearest name counts a swap of neighbours as one edit, and gives up when nothing is near', t => {
	t.is(nearest('bathces', ['batches', 'bunches']), 'batches');
	t.is(nearest('Epochs', ['epochs', 'epoch']), 'epochs');
	t.is(nearest('colour', ['data', 'seed']), undefined);
	t.is(nearest('x', []), undefined);
});
