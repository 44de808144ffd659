import test, {type ExecutionContext} from 'ava';
import {allocateLane, type LaneMemory} from '../../src/batching/ring.ts';
import {laneWriter} from '../../src/batching/lane-writer.ts';
import type {EngineOptions} from '../../src/engines/engine.ts';
import {createReferenceEngine} from '../../src/engines/reference/engine.ts';
import {evaluateSplit} from '../../src/evaluation/evaluate.ts';
import {initialParameters} from '../../src/model/initial-parameters.ts';
import {startCrew} from '../../src/pool/crew.ts';
import {openPool, type StepOutcome} from '../../src/pool/pool.ts';
import {readState, writeState} from '../../src/pool/state.ts';
import {inputMapOf, modelOf, slotOf, type Case} from '../engines/cases.ts';
import {openPlan} from '../engines/run-plan.ts';

const given: Case = {
	title: 'small', input: [5], rows: 4, loss: 'sparseCategoricalCrossentropy', label: 'index',
	layers: [{dense: {units: 6, activation: 'tanh'}}, {dropout: {rate: 0.3}}, {dense: {units: 3, activation: 'softmax'}}],
};
const model = modelOf(given);
const options: EngineOptions = {
	input: inputMapOf(given), optimizer: {name: 'sgd', momentum: 0.9, nesterov: false}, rows: 4, evaluationRows: 4, shards: 2, seed: 3, globalClipNorm: undefined, precision: 'float32',
};
const {signal} = new AbortController();
const lane = (): LaneMemory => allocateLane({slots: 2, slot: {rows: 4, features: {shape: [5], dtype: 'float32'}, label: {shape: [], dtype: 'int32'}}});

/** Writes a pass of batches drawn from their numbers, and its end. */
const fill = async (memory: LaneMemory, batches: number, {writer = laneWriter(memory), label = (value: number) => value, ends = true} = {}) => {
	for (let batch = 0; batch < batches; batch++) {
		const slot = await writer.reserve({signal});
		const {features, labels, weights, records} = slotOf(given, batch);
		slot.features.set(features);
		slot.labels.set(labels.map(value => label(value)));
		slot.weights.set(weights);
		slot.records.set(records);
		slot.commit(4);
	}

	if (ends) {
		await writer.end({signal});
	}
};

const open = async (t: ExecutionContext, workers: number) => {
	const lanes = {train: lane(), evaluation: lane()};
	const engine = createReferenceEngine();
	const pool = await openPool({engine, model, options, workers, lanes});
	t.teardown(async () => pool.close());
	const parameters = initialParameters(model, {seed: 11, precision: 'float32'});
	await writeState(pool, engine, {parameters, momentum: new Float32Array(parameters.length), velocity: new Float32Array(parameters.length)});
	return {pool, engine, lanes, parameters};
};

const request = {epoch: 1, firstStep: 1, firstOfEpoch: 1, maxSteps: 100, learningRateAt: (step: number) => 0.1 / step, signal};

test.serial('a fault of this thread while the workers are asked is told as it is, and ends them', async t => {
	const fault = new RangeError('Array buffer allocation failed');
	const opening = openPool({
		engine: createReferenceEngine(), model, options, workers: 2, lanes: {train: lane()},
		meanwhile() {
			throw fault;
		},
	});
	t.is(await t.throwsAsync(opening), fault);
	// The answer that nobody waits for any more is no exception of the process.
	await new Promise(resolve => {
		setImmediate(resolve);
	});
});

for (const workers of [1, 2, 3]) {
	test.serial(`${workers} workers train and score as one thread does, bit for bit`, async t => {
		const {pool, engine, lanes, parameters} = await open(t, workers);
		const steps: StepOutcome[] = [];
		const filling = fill(lanes.train, 5);
		const reply = await pool.train({...request, onStep(outcome) {
			steps.push(outcome);
		}});
		await filling;
		t.is(reply.ending, 'endOfPass');
		t.deepEqual(steps.map(({step, count, finite, learningRate}) => [step, count, finite, learningRate]), [1, 2, 3, 4, 5].map(step => [step, 4, true, 0.1 / step]));

		const alone = await openPlan(engine, model, options, {parameters});
		for (const {step, loss} of steps) {
			await alone.step({number: step, epoch: 1, learningRate: 0.1 / step, slot: slotOf(given, step - 1)});
			t.is(loss, alone.outcome().loss);
		}

		const state = await readState(pool, engine);
		t.deepEqual([...state['parameters']!], [...alone.parameters()]);

		const scored: number[][] = [];
		const scoring = fill(lanes.evaluation, 3);
		await pool.evaluate({signal, onBatch({scores}) {
			scored.push([...scores]);
		}});
		await scoring;
		for (const [batch, scores] of scored.entries()) {
			t.deepEqual(scores, [...await alone.predict(slotOf(given, batch))]);
		}

		t.is(scored.length, 3);
		await alone.release();
	});
}

test.serial('maxSteps leaves the rest of the pass to the next command', async t => {
	const {pool, lanes} = await open(t, 2);
	const filling = fill(lanes.train, 5);
	const steps: number[] = [];
	const onStep = ({step}: StepOutcome): void => {
		steps.push(step);
	};

	t.like(await pool.train({...request, maxSteps: 2, onStep}), {steps: 2, ending: 'done'});
	t.like(await pool.train({...request, firstStep: 3, onStep}), {steps: 3, ending: 'endOfPass'});
	t.deepEqual(steps, [1, 2, 3, 4, 5]);
	await filling;
});

test.serial('an abort ends workers that wait for a batch, and the pool goes on', async t => {
	const {pool, lanes} = await open(t, 2);
	const writer = laneWriter(lanes.train);
	await fill(lanes.train, 1, {writer, ends: false});
	const controller = new AbortController();
	const reply = await pool.train({...request, signal: controller.signal, onStep() {
		controller.abort();
	}});
	t.like(reply, {steps: 1, ending: 'stopped'});
	const filling = fill(lanes.train, 2, {writer});
	t.like(await pool.train({...request, firstStep: 2, onStep() {}}), {steps: 2, ending: 'endOfPass'});
	await filling;
});

test.serial('a signal that is aborted already trains and scores nothing, and the pool goes on', async t => {
	const {pool, lanes} = await open(t, 2);
	const reason = new Error('enough');
	const aborted = AbortSignal.abort(reason);
	const training = fill(lanes.train, 1);
	await pool.train({...request, onStep() {}});
	await training;
	const {steps, ending, laps: {waiting, ...laps}} = await pool.train({...request, firstStep: 2, signal: aborted, onStep() {}});
	t.deepEqual([steps, ending], [0, 'stopped']);
	t.true(Object.values(laps).every(milliseconds => milliseconds === 0), 'laps are those of one command');
	t.is(await t.throwsAsync(pool.evaluate({signal: aborted, onBatch() {}})), reason);
	let scored = 0;
	const filling = fill(lanes.evaluation, 2);
	await pool.evaluate({signal, onBatch() {
		scored++;
	}});
	t.is(scored, 2);
	await filling;
});

test.serial('a split is not scored under a signal that is aborted already', async t => {
	const {pool} = await open(t, 1);
	const reason = new Error('enough');
	const passes = {
		failed: new Promise<never>(() => {}),
		async pass(_: unknown, {signal: given}: {readonly signal: AbortSignal}) {
			given.throwIfAborted();
			return {batches: 0, examples: 0};
		},
	};
	t.is(await t.throwsAsync(evaluateSplit({pool, passes, split: 'test', signal: AbortSignal.abort(reason)})), reason);
});

test.serial('a listener that throws ends the command with its error', async t => {
	const {pool, lanes} = await open(t, 2);
	const filling = fill(lanes.train, 2, {ends: false});
	const fault = new TypeError('mine');
	t.is(await t.throwsAsync(pool.train({...request, onStep() {
		throw fault;
	}})), fault);
	await filling;
});

test.serial('an error in a worker ends the pool with that error, and nobody waits for ever', async t => {
	const {pool, lanes} = await open(t, 3);
	const filling = fill(lanes.train, 2, {label: value => value + 1, ends: false});
	const failed = t.throwsAsync(pool.failed, {code: 'LABEL_BEYOND'});
	const error = await t.throwsAsync(pool.train({...request, onStep() {}}), {code: 'LABEL_BEYOND'});
	t.like(error, {details: {record: 2, label: 3, classes: 3}});
	await failed;
	await filling;
});

test.serial('what copyIn writes copyOut gives back', async t => {
	const {pool} = await open(t, 2);
	const names = pool.plan.regions.map(({name}) => name);
	await pool.copyIn(names, (region, into) => {
		into.fill(region.length);
	});
	const regions = await pool.copyOut();
	t.deepEqual(Object.keys(regions), names);
	for (const [name, bytes] of Object.entries(regions)) {
		t.true(bytes.every(byte => byte === name.length));
	}

	await pool.copyIn(['parameters'], (_, into) => {
		into.fill(1);
	});
	for (const [name, bytes] of Object.entries(await pool.copyOut())) {
		t.true(bytes.every(byte => byte === (name === 'parameters' ? 1 : name.length)), 'the others stay as they are');
	}
});

test.serial('what copyOut gave stays as it is over one more copy in or out', async t => {
	const {pool} = await open(t, 2);
	const regions = await pool.copyOut();
	const before = regions['parameters']!.slice();
	await pool.copyIn(['parameters'], (_, into) => {
		into.fill(1);
	});
	t.deepEqual(regions['parameters']!.slice(), before);
});

test.serial('an engine that does not answer is not waited for without end', async t => {
	await t.throwsAsync(openPool({engine: createReferenceEngine(), model, options, workers: 1, lanes: {train: lane()}, deadlineMs: 1}), {code: 'NO_PROGRESS', message: /loading the engine/u});
});

test.serial('a fault of the plan ends the threads and reaches the caller', async t => {
	const engine = createReferenceEngine();
	const broken = {...engine, plan() {
		throw new RangeError('no plan');
	}};
	await t.throwsAsync(openPool({engine: broken, model, options, workers: 2, lanes: {train: lane()}}), {message: 'no plan'});
});

for (const [what, fakes, meanwhile] of [
	['a fault of this thread', {}, () => {
		throw new RangeError('mine');
	}],
	['a worker that is lost while it opens the model', {
		start(_: unknown, onLoss: (error: unknown) => void) {
			onLoss(new RangeError('mine'));
		},
	}, () => {}],
] as const) {
	test.serial(`the threads are ended once after ${what}`, async t => {
		const engine = createReferenceEngine();
		const crew = startCrew(engine, 2);
		let ends = 0;
		const counted = {...crew, ...fakes, async end(...given: Parameters<typeof crew.end>) {
			ends++;
			return crew.end(...given);
		}};
		await t.throwsAsync(openPool({engine, model, options, workers: 2, lanes: {train: lane()}, crew: counted, meanwhile}), {message: 'mine'});
		t.is(ends, 1);
	});
}
