import test from 'ava';
import type {CheckpointHeader} from '../../src/checkpoints/schema.ts';
import {createReferenceEngine} from '../../src/engines/reference/engine.ts';
import {buildOf} from '../../src/runs/build.ts';
import {encodeStanding} from '../../src/runs/checkpoint-header.ts';
import {checkResume} from '../../src/runs/resumption.ts';
import {beginning} from '../../src/training/history.ts';
import {modelOf, type Case} from '../engines/cases.ts';
import {optionsOf} from '../engines/engine-conformance.ts';

const given: Case = {title: 'small', input: [3], rows: 4, loss: 'sparseCategoricalCrossentropy', label: 'index', layers: [{dense: {units: 2, activation: 'softmax'}}]};

/** Takes a checkpoint whose header was changed to workers that are there. */
const check = async (change: (header: CheckpointHeader) => Partial<CheckpointHeader>) => {
	const engine = createReferenceEngine();
	const options = {...optionsOf(given, {shards: 2}), optimizer: {name: 'sgd', momentum: 0.9, nesterov: false} as const};
	const plan = engine.plan(modelOf(given), options, await engine.probe(modelOf(given), options));
	const session = {options, pool: {plan}};
	const tensors = {parameters: new Float32Array(8), momentum: new Float32Array(8)};
	const header = encodeStanding(beginning, {session, facts: {build: await buildOf(), runId: 'run', digests: {definition: '', operators: {}, data: {}}, operatorStates: {}}, tensors});
	const resume = {path: 'step-4.ckpt', checkpoint: {header: {...header, ...change(header)}, tensors}};
	return checkResume(resume as never, {session: session as never, feed: {info: {operatorDigests: {}}} as never, emit() {}}); // Nothing else of them is looked at.
};

test('a checkpoint of the same model, optimizer, engine and seed is taken', async t => {
	t.deepEqual(await check(() => ({})), []);
});

for (const [what, change, difference] of [
	['shape', ({layout}) => ({layout: layout.map((entry, index) => (index === 0 ? {...entry, shape: [2, 3]} : entry))}), 'the model has other parameters'],
	['name of a parameter', ({layout}) => ({layout: layout.map((entry, index) => (index === 0 ? {...entry, name: 'other'} : entry))}), 'the model has other parameters'],
	['set of slots that is larger', ({tensors}) => ({tensors: [...tensors, {...tensors[0]!, name: 'velocity'}]}), 'the optimizer had the slots parameters, momentum, velocity'],
	['set of slots that is smaller', ({tensors}) => ({tensors: tensors.slice(0, 1)}), 'the optimizer had the slots parameters'],
	['slot', ({tensors}) => ({tensors: [tensors[0]!, {...tensors[1]!, name: 'velocity'}]}), 'the optimizer had the slots parameters, velocity'],
	['optimizer', () => ({optimizer: 'rmsprop'}), 'the optimizer was rmsprop and is sgd'],
	['number of shards', () => ({shards: 3}), 'training.shards was 3 and is 2'],
	['seed', () => ({seed: 4}), 'the seed was 4 and is 3'],
	['engine', ({engine}) => ({engine: {...engine, name: 'onnx'}}), 'the engine\'s name was onnx and is reference'],
] satisfies ReadonlyArray<readonly [string, (header: CheckpointHeader) => Partial<CheckpointHeader>, string]>) {
	test(`a checkpoint with another ${what} is refused`, async t => {
		t.like(await t.throwsAsync(check(change), {code: 'RESUME_REFUSED'}), {details: {differences: [difference]}});
	});
}
