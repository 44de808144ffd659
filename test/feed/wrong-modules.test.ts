import fs from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {ThreadloomError} from '../../src/errors/threadloom-error.ts';
import {createFeed} from '../../src/feed/create-feed.ts';
import {temporaryFolder} from '../helpers/temporary-folder.ts';
import {attach, never, optionsOf} from './helpers.ts';

const operator = (parts: string): string => `
export default {
	options: {safeParse: data => ({success: true, data})}, cardinality: 'one', output: spec => spec,
	create: () => source => source, ${parts}
};
`;

/** An operator whose stream gives something else for each example. */
const giving = (what: string): string => operator(`create: () => source => new source.constructor(subscriber => source.subscribe({
	next(example) { subscriber.next(${what}); }, error: error => subscriber.error(error), complete: () => subscriber.complete(),
}))`);

const open = async (t: ExecutionContext, text: string, name = 'mine.js') => {
	const folder = await temporaryFolder(t);
	await fs.writeFile(path.join(folder, 'package.json'), '{"type": "module"}');
	await fs.writeFile(path.join(folder, name), text);
	const feed = await createFeed(optionsOf({count: 20, batches: {size: 8, shuffle: 'none'}, baseDirectory: folder, operators: [`./${name}`]}), {signal: never});
	t.teardown(feed.close);
	return feed;
};

const refused = test.macro({
	title: (_, what: string) => `${what} is told in one line when the stream is opened`,
	async exec(t, what: string, text: string, code: string, message: RegExp) {
		const name = what.endsWith('TypeScript') ? 'mine.ts' : 'mine.js';
		const error = await t.throwsAsync(open(t, text, name), {code, message});
		t.notRegex(error!.message, /\n/u);
	},
});

test(refused, 'a syntax error with its line', 'const a = 1;\nexport default {{\n', 'OPERATOR_MODULE', /Unexpected token '\{' \(module \.\/mine\.js, \/.*mine\.js:2\)$/u);
test(refused, 'the line of a syntax error in TypeScript', 'const a = 1;\nexport default {{\n', 'OPERATOR_MODULE', /mine\.ts:2:\d+ \(module/u);
test(refused, 'what a module throws with its line', '\nthrow new Error("boom");\n', 'OPERATOR_MODULE', /boom \(module \.\/mine\.js, \/.*mine\.js:2:7\)$/u);
test(refused, 'an import of what is not there', 'import "nowhere";\n', 'OPERATOR_MODULE', /Cannot find package 'nowhere'.*\(module \.\/mine\.js\)$/u);
test(refused, 'a name that is not exported, with its line', '\nimport {nothing} from "node:fs";\n', 'OPERATOR_MODULE', /'nothing'.*mine\.js:2\)$/u);
test(refused, 'CommonJS in an ES module', 'module.exports = {};\n', 'OPERATOR_MODULE', /module is not defined/u);
test('what to do about a module is told by its fault, and not by words that its author uses', async t => {
	for (const [text, hint] of [
		['throw new Error("its default export: require is not defined outside a module");', /^Mend the module/u],
		['module.exports = {};', /^Node takes the file for an ES module/u],
		['export default 1;', /^An operator module has defineOperator/u],
	] as const) {
		const error = await t.throwsAsync<ThreadloomError>(open(t, text), {code: 'OPERATOR_MODULE'});
		t.regex(error!.hint!, hint, text);
	}
});
test(refused, 'a named export', 'export const mine = 1;\n', 'OPERATOR_MODULE', /it has no default export, only "mine"/u);
test(refused, 'a function', 'export default () => 1;\n', 'OPERATOR_MODULE', /its default export is no operator: it is a function/u);
test(refused, 'a cardinality that there is not', operator('cardinality: "many"'), 'OPERATOR_MODULE', /`cardinality` is many, expected one, filter or any/u);
test(refused, 'an operator without create', operator('create: undefined'), 'OPERATOR_MODULE', /`create` is undefined, expected a function/u);
test(refused, 'output() without an answer', operator('output() {}'), 'OPERATOR_FAILED', /its output\(\) answered undefined, expected \{features/u);
test(refused, 'output() with a promise', operator('output: async spec => spec'), 'OPERATOR_FAILED', /its output\(\) answered a promise/u);
test(refused, 'output() with a shape that is none', operator('output: spec => ({...spec, features: {...spec.features, shape: [4, -1]}})'), 'OPERATOR_FAILED', /features of the shape \[4,-1\]/u);
test(refused, 'output() with an unknown dtype', operator('output: spec => ({...spec, label: {shape: [], dtype: "float16"}})'), 'OPERATOR_FAILED', /label of the dtype "float16", expected uint8/u);
test(refused, 'holds() without a number', operator('holds: () => "many"'), 'OPERATOR_FAILED', /its holds\(\) answered many, expected a number of bytes/u);
test(refused, 'a state that is a typed array', operator('fit: async () => ({means: [1, 2], sizes: [new Float32Array(2)]})'), 'OPERATOR_FAILED', /its fit\(\) answered a value of type Float32Array at `sizes\[0\]`; a state is kept as JSON/u);
test(refused, 'a state that is not finite', operator('fit: async () => 0 / 0'), 'OPERATOR_FAILED', /its fit\(\) answered NaN;/u);

const failing = test.macro({
	title: (_, what: string) => `${what} is the operator's failure, and no defect of the package`,
	async exec(t, _: string, text: string, message: RegExp) {
		const {readPass} = await attach(await open(t, text));
		const error = await t.throwsAsync(readPass(), {code: 'OPERATOR_FAILED', message});
		t.notRegex(error!.message, /\n/u);
	},
});

test(failing, 'a create() that answers a promise', operator('create: async () => source => source'), /its create\(\) answered a promise, expected an RxJS operator$/u);
test(failing, 'an operator that answers nothing', operator('create: () => () => {}'), /its operator answered undefined, expected an Observable$/u);
test(failing, 'what is thrown without being an error', giving('(subscriber.error(undefined), example)'), /it threw undefined \(synthetic, record 0\)/u);
test(failing, 'a message of several lines', giving('(subscriber.error(new Error(["a", "b"].join(String.fromCodePoint(10)))), example)'), /failed: a b \(/u);
test(failing, 'a promise in place of an example', giving('Promise.resolve(example)'), /expected an example, got a promise; mapAsync waits/u);
test(failing, 'an example without its number', giving('({features: example.features, label: example.label})'), /with the `index` and the `source` of the one/u);
test(failing, 'a class that is a fraction', giving('({...example, label: 0.5})'), /expected a label of 1 element \(scalar int32\), got 0\.5/u);
