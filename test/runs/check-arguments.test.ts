import test from 'ava';
import {z} from 'zod';
import {loadDefinition} from '../../src/definition/load.ts';
import {defineOperator} from '../../src/operators/define-operator.ts';
import {runPipeline} from '../../src/runs/check-arguments.ts';
import {createControl} from '../../src/runs/control.ts';
import type {RunOptions} from '../../src/runs/types.ts';
import {prepare} from './workspace.ts';

const definition = `
version: 1
seed: 1
data: {train: {synthetic: {count: 8, shape: [2, 2], classes: 2}}}
model: {layers: [flatten, {dense: {units: 2, activation: softmax}}]}
training: {loss: sparseCategoricalCrossentropy, engine: reference, workers: 1}
sinks: []
`;

const refused = test.macro(async (t, options: unknown, message: string) => {
	const {loaded, out} = await prepare(t, definition);
	await t.throwsAsync(runPipeline(loaded, {out, ...options as RunOptions}), {instanceOf: TypeError, message: `The options of runPipeline are wrong: ${message}`});
});

test('a size in words is no number of bytes', refused, {memory: '256MB'}, '`memory`: expected a whole number of bytes, received "256MB"');
test('a number is no run directory', refused, {out: 5}, '`out`: expected a string, received 5');
test('a misspelt option is told with the nearest one', refused, {maxStep: 3}, 'there is no option `maxStep` (did you mean `maxSteps`?)');
test('all faults are told in one go', refused, {progress: 'fancy', network: {ofline: true}, signal: {}}, 'there is no option `network.ofline`; `signal`: expected an AbortSignal, received an object with nothing; `progress`: expected bar, plain or none, received "fancy"');

for (const [what, given, shown] of [
	['nothing', [null], 'null'],
	['a function', [() => 1], '() => 1'],
	['an operator without its key', [defineOperator({options: z.unknown(), cardinality: 'one', output: spec => spec, create: () => source => source})], 'an object with kind, options, bind'],
	['what is no operator', [{operator: {options: 1}}], 'an object with operator'],
] as const) {
	test(`${what} is no operator in code`, refused, {operators: given}, `\`operators.0\`: expected a name, {name: options}, or {operator: defineOperator({…}), options}, received ${shown}`);
}

test('what is no definition, and what is no override, are refused as what they are', async t => {
	const source = {text: definition};
	for (const [given, message] of [
		[[], 'Expected the path of a definition, {text} or {definition}. Received: undefined'],
		[[{defintion: {}}], 'Expected the path of a definition, {text} or {definition}. Received: an object with defintion'],
		[[source, 3], 'Expected overrides with profile, environment, sets, flags, unsets. Received: 3'],
		[[source, {set: ['seed=2']}], 'There is no override `set` (did you mean `sets`?)'],
		[[source, {sets: 'seed=2'}], 'Expected the override `sets` to be a list. Received: seed=2'],
	] as const) {
		await t.throwsAsync(loadDefinition(...given as unknown as Parameters<typeof loadDefinition>), {instanceOf: TypeError, message}); // As JavaScript may call it.
	}
});

test('what is no loaded definition is refused as what it is', async t => {
	const expected = 'Expected what loadDefinition(…) resolves to. Received: ';
	for (const [given, shown] of [
		['garments.yaml', '"garments.yaml"'],
		[undefined, 'undefined'],
		[{version: 1, data: {}}, 'an object with version, data'],
		[loadDefinition({text: definition}), 'a promise; await it first'],
	] as const) {
		await t.throwsAsync(runPipeline(given as never), {instanceOf: TypeError, message: expected + shown});
	}
});

test('every option that there is is taken', async t => {
	const {folder, loaded, out} = await prepare(t, definition);
	const {status} = await runPipeline(loaded, {
		out, force: true, dataDirectory: folder, network: {offline: true, cacheDirectory: folder, cacheBytes: 0}, memory: 1e8, maxMemory: 1e12, allowTrailing: true, allowOperators: [folder],
		signal: new AbortController().signal, phases: {train: true, evaluate: true, report: false}, smoke: false, maxSteps: 2, maxTimeMs: 1e6, progress: 'none', color: false, argv: [],
		control: createControl(), deadlineMs: 60_000, operators: [],
	});
	t.is(status, 'completed');
});
