import {setTimeout} from 'node:timers/promises';
import test from 'ava';
import type {EventBody} from '../../src/events/schema.ts';
import type {Pool, StepOutcome} from '../../src/pool/pool.ts';
import {beginning, type TrainingRecord} from '../../src/training/history.ts';
import {createPace} from '../../src/training/pace.ts';
import type {TrainOptions} from '../../src/training/options.ts';
import {train} from '../../src/training/train.ts';
import {modelOf, slotOf, type Case} from '../engines/cases.ts';

const given: Case = {title: 'binary', input: [1], layers: [{dense: {units: 1, activation: 'sigmoid'}}], loss: 'binaryCrossentropy', label: 'index', rows: 4};
const stepsPerEpoch = 3;
const never = new Promise<never>(() => {});

/** The logit that gives label 1 the loss `value`. */
const logitOf = (value: number): number => -Math.log(Math.expm1(value));

/** Trains on a pool that makes three steps an epoch, with the losses that are given; the validation has those of `validation` in turn. */
const run = async ({validation = [], lossOf = step => 10 / step, ratioOf = () => undefined, waiting = 0, length = stepsPerEpoch, onTrain = () => {}, onEvaluate = () => {}, ...others}: {
	readonly validation?: readonly number[];
	readonly lossOf?: (step: number) => number;
	readonly ratioOf?: (step: number) => number | undefined;
	/** Milliseconds of each command. */
	readonly waiting?: number;
	/** Steps of an epoch. */
	readonly length?: number;
	readonly onTrain?: (epoch: number, signal: AbortSignal) => void | Promise<void>;
	readonly onEvaluate?: () => void;
} & Partial<TrainOptions>) => {
	const events: EventBody[] = [];
	const record: TrainingRecord = {history: [], stepLosses: []};
	const pace = createPace({});
	const kept: number[] = [];
	let validations = 0;
	const model = modelOf(given);
	const pool = {
		plan: {model},
		failed: never,
		faultyTensor: () => 'dense/kernel',
		async train({epoch, firstStep, firstOfEpoch, maxSteps, learningRateAt, onStep, signal}) {
			await onTrain(epoch, signal);
			const left = length - (firstStep - firstOfEpoch);
			let steps = 0;
			for (; steps < left && steps < maxSteps && !signal.aborted; steps++) {
				const step = firstStep + steps;
				const loss = lossOf(step);
				onStep({step, loss, correct: 1, count: 2, gradientNorm: 1, updateRatio: ratioOf(step), records: 0, finite: Number.isFinite(loss), learningRate: learningRateAt(step)} satisfies StepOutcome);
			}

			const ending = signal.aborted ? 'stopped' : (steps === left ? 'endOfPass' : 'done');
			return {steps, ending, laps: {waiting, gradients: 2}};
		},
		async evaluate({onBatch, signal}) {
			onEvaluate();
			signal.throwIfAborted();
			const slot = slotOf(given);
			onBatch({slot: {...slot, labels: Int32Array.of(1, 1, 1, 1)}, scores: new Float32Array(4).fill(logitOf(validation[validations]!))});
			validations++;
		},
	} as Pick<Pool, 'train' | 'evaluate' | 'failed' | 'faultyTensor'> as Pool;
	Object.assign(pool, {plan: {model}});
	const result = await train({
		pool,
		passes: {async pass() {
			return {batches: stepsPerEpoch, examples: 6};
		}, failed: never},
		epochs: 1, schedule: {decay: {name: 'constant', learningRate: 0.1}, warmupSteps: 0}, hasValidation: validation.length > 0, validateEvery: 1,
		monitor: validation.length > 0 ? 'validationLoss' : 'loss', earlyStopping: undefined, maxSteps: undefined, maxTimeMs: undefined,
		record,
		pace,
		async onPause() {},
		failed: never,
		emit(event) {
			events.push(event);
		},
		async onEpoch({epoch, best}) {
			if (best) {
				kept.push(epoch);
			}
		},
		signal: new AbortController().signal,
		...others,
	});
	pace.dispose();
	return {result: {...result, ...record}, events, kept, validations};
};

test('every step and every epoch is told, with the mean over the epoch\'s examples', async t => {
	const {result, events} = await run({epochs: 2});
	t.is(result.stopped, 'epochs');
	t.deepEqual(result.stepLosses, [10, 5, 10 / 3, 2.5, 2, 10 / 6]);
	t.deepEqual(events.map(({type}) => type), ['step', 'step', 'step', 'epoch', 'step', 'step', 'step', 'epoch']);
	t.true(Math.abs(result.history[0]!.train.loss - (10 + 5 + 10 / 3) / 3) < 1e-12);
	t.is(result.history[0]!.train.accuracy, 0.5);
	t.is(result.history[1]!.step, 6);
	t.is(result.laps['gradients'], 4);
});

/** As Keras's EarlyStopping counts: training ends once `patience` epochs in a row did not improve, and at least one. */
const stops = test.macro<[number, number]>({
	async exec(t, patience, expected) {
		const {result, events} = await run({epochs: 8, validation: [1, 0.5, 0.6, 0.4, 0.7, 0.8, 0.9, 0.2], earlyStopping: {monitor: 'validationLoss', patience, minDelta: 0}});
		t.is(result.history.length, expected);
		t.is(result.stopped, expected === 8 ? 'epochs' : 'earlyStopping');
		t.is(events.filter(({type}) => type === 'earlyStop').length, expected === 8 ? 0 : 1);
	},
	title: (_, patience, expected) => `with patience ${patience} the training ends after epoch ${expected}`,
});
test(stops, 0, 3);
test(stops, 1, 3);
test(stops, 2, 6);
test(stops, 3, 7);
test(stops, 4, 8);

test('the best epochs are kept as they come', async t => {
	const {kept, result} = await run({epochs: 4, validation: [1, 0.5, 0.7, 0.4]});
	t.deepEqual(kept, [1, 2, 4]);
	t.is(result.standing.monitor.best?.epoch, 4);
	t.deepEqual(result.history.map(({best}) => best), [true, true, false, true]);
	t.true(Math.abs(result.history[1]!.validation!.loss - 0.5) < 1e-6);
});

test('validateEvery leaves epochs without validation, the last one never', async t => {
	const {result, validations} = await run({epochs: 5, validateEvery: 2, validation: [1, 2, 3]});
	t.deepEqual(result.history.map(({validation}) => validation !== undefined), [false, true, false, true, true]);
	t.is(validations, 3);
});

test('maxSteps ends the training in the middle of an epoch, which counts and is validated', async t => {
	const {result} = await run({epochs: 5, maxSteps: 4, validation: [1, 2]});
	t.is(result.stopped, 'maxSteps');
	t.is(result.standing.step, 4);
	// The epoch that is under way is taken up again when the training goes on.
	t.like(result.standing, {epoch: 1, batch: 1, open: {steps: 1, count: 2, loss: 5}});
	t.is(result.history.length, 2);
	t.is(result.history[1]!.samples, 2);
	t.true(result.history[1]!.validation !== undefined);
});

test('an epoch that is broken off is validated whatever validateEvery says', async t => {
	const {result} = await run({epochs: 5, maxSteps: 4, validateEvery: 5, validation: [1]});
	t.deepEqual(result.history.map(({validation}) => validation !== undefined), [false, true]);
});

test('an epoch that was interrupted in its validation is validated when the training goes on', async t => {
	const controller = new AbortController();
	const {result} = await run({validation: [1], signal: controller.signal, onEvaluate() {
		controller.abort();
	}});
	t.is(result.stopped, 'signal');
	t.like(result.standing, {step: 3, epoch: 0, batch: 3, open: {steps: 3}});
	const {result: resumed} = await run({validation: [1], from: result.standing});
	t.like(resumed.standing, {step: 3, epoch: 1, batch: 0, open: {steps: 0}});
	t.deepEqual(resumed.stepLosses, []);
	t.true(resumed.history[0]!.validation !== undefined);
	t.is(resumed.history[0]!.train.loss, result.history[0]!.train.loss);
});

test('a training that had waited long enough when it was stopped makes no step more', async t => {
	const stopper = {best: {epoch: 1, step: 3, value: 1}, waited: 2};
	const {result, events} = await run({epochs: 8, validation: [0], from: {...beginning, step: 9, epoch: 3, stopper}, earlyStopping: {monitor: 'validationLoss', patience: 2, minDelta: 0}});
	t.is(result.stopped, 'earlyStopping');
	t.deepEqual(events, []);
	t.is(result.standing.step, 9);
});

test('time that is up ends the training, and is told as the reason', async t => {
	const {result} = await run({epochs: 5, maxTimeMs: 1, async onTrain(_, signal) {
		while (!signal.aborted) {
			await setTimeout(1);
		}
	}});
	t.is(result.stopped, 'maxTime');
});

test('an epoch without a batch is refused', async t => {
	t.like(await t.throwsAsync(run({length: 0}), {code: 'EMPTY_EPOCH'}), {exitCode: 65, details: {epoch: 1}});
});

test('a signal ends the training with the epochs that were done', async t => {
	const controller = new AbortController();
	const {result} = await run({epochs: 5, signal: controller.signal, onTrain(epoch) {
		if (epoch === 3) {
			controller.abort();
		}
	}});
	t.is(result.stopped, 'signal');
	t.deepEqual(result.history.map(({epoch}) => epoch), [1, 2]);
	t.is(result.standing.step, 6);
});

for (const value of [Number.NaN, Infinity]) {
	test(`a loss of ${value} ends the training and names step, epoch and the last finite loss`, async t => {
		const error = await t.throwsAsync(run({epochs: 5, lossOf: step => (step === 5 ? value : step)}), {code: 'DIVERGED'});
		t.like(error, {details: {step: 5, epoch: 2, quantity: 'loss', lastLoss: 4, tensor: 'dense/kernel'}});
	});
}

test('each step has the learning rate of its place in the whole run', async t => {
	const {events, result} = await run({epochs: 2, schedule: {decay: {name: 'exponentialDecay', initialLearningRate: 1, decaySteps: 1, decayRate: 0.5, staircase: false}, warmupSteps: 0}});
	t.deepEqual(events.flatMap(event => (event.type === 'step' ? [event.learningRate] : [])), [1, 0.5, 0.25, 0.125, 0.0625, 0.031_25]);
	t.deepEqual(result.history.map(({learningRate}) => learningRate), [0.25, 0.031_25], 'an epoch has that of its last step');
});

test('each step has the accuracy of its batch, and an epoch the mean of the ratios that were measured', async t => {
	const {events, result} = await run({ratioOf: step => (step === 2 ? undefined : step)});
	t.deepEqual(events.flatMap(event => (event.type === 'step' ? [event.accuracy] : [])), [0.5, 0.5, 0.5]);
	t.is(result.history[0]!.updateRatio, 2);
});

test('an epoch that was under way counts its samples from there, and waits over all of its pauses', async t => {
	const pace = createPace({everySteps: 1});
	const open = {...beginning.open, steps: 1, count: 2, loss: 20, correct: 1, gradientNorm: 1};
	const {result: {history: [record]}} = await run({pace, waiting: 5, from: {...beginning, step: 1, batch: 1, open}});
	pace.dispose();
	t.is(record!.samples, 4);
	t.true(Math.abs((record!.waitShare * record!.seconds * 1000) - 10) < 1e-6);
	t.is(record!.train.accuracy, 0.5);
});

test('the first pass of a training follows what was read, and no checkpoint is due by the last epoch', async t => {
	const pace = createPace({everyEpochs: 1});
	const [fresh, paused]: [unknown[], number[]] = [[], []];
	await run({
		epochs: 3,
		pace,
		passes: {
			failed: never,
			async pass({isFresh}) {
				fresh.push(isFresh);
				return {batches: stepsPerEpoch, examples: 6};
			},
		},
		async onPause({epoch}) {
			paused.push(epoch);
		},
	});
	pace.dispose();
	t.deepEqual(fresh, [true, false, false]);
	t.deepEqual(paused, [1, 2]);
});

test('what was told before is not told again', async t => {
	const whole = await run({epochs: 2, lossOf: step => (step === 2 ? Number.NaN : step), maxSkipped: 1});
	t.is(whole.events.filter(({type}) => type === 'warning').length, 1);
	const {history, stepLosses} = whole.result;
	const {events} = await run({epochs: 2, lossOf: step => (step === 2 ? Number.NaN : step), maxSkipped: 1, record: {history: history.slice(0, 1), stepLosses: stepLosses.slice(0, 4)}});
	t.deepEqual(events.map(event => [event.type, 'step' in event && event.step]), [['step', 5], ['step', 6], ['epoch', 6]]);
});
