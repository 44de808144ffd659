import type {TestFn} from 'ava';
import {createReferenceEngine} from '../../src/engines/reference/engine.ts';
import type {Engine, EngineOptions} from '../../src/engines/engine.ts';
import {ThreadloomError} from '../../src/errors/threadloom-error.ts';
import {initialParameters} from '../../src/model/initial-parameters.ts';
import type {Model} from '../../src/model/model.ts';
import {sizeOf} from '../../src/tensor/shape.ts';
import {cases, inputMapOf, modelOf, slotOf, type Case} from './cases.ts';
import {openPlan} from './run-plan.ts';

/** Largest difference from the oracle, relative to the largest gradient of the tensor. */
const tolerance = 1e-4;

export const optionsOf = (given: Case, {shards = 1, precision = 'float32', lowering = 'auto'}: Partial<Pick<EngineOptions, 'shards' | 'precision' | 'lowering'>> = {}): EngineOptions => ({
	input: inputMapOf(given),
	optimizer: {name: 'sgd', momentum: 0, nesterov: false},
	rows: given.rows,
	evaluationRows: given.rows,
	shards,
	seed: 3,
	globalClipNorm: undefined,
	precision,
	lowering,
});

const run = async (engine: Engine, given: Case, options: EngineOptions) => {
	const model = modelOf(given);
	const slot = slotOf(given);
	const open = await openPlan(engine, model, options, {parameters: initialParameters(model, {seed: 11, precision: 'float32'})});
	try {
		const scores = await open.predict(slot);
		await open.step({number: 7, epoch: 1, learningRate: 0.01, slot});
		return {model, scores, gradient: open.gradient(), outcome: open.outcome(), lowering: open.plan.lowering};
	} finally {
		await open.release();
	}
};

/** The largest difference of each tensor, relative to its largest value. */
const differences = (model: Model, actual: ArrayLike<number>, expected: ArrayLike<number>): ReadonlyArray<readonly [string, number]> =>
	model.layout.map(({name, offset, shape}) => {
		let largest = 0;
		let difference = 0;
		for (let index = offset; index < offset + sizeOf(shape); index++) {
			largest = Math.max(largest, Math.abs(expected[index]!));
			difference = Math.max(difference, Math.abs(actual[index]! - expected[index]!));
		}

		return [name, largest === 0 ? difference : difference / largest] as const;
	});

/**
 * Registers the tests that every engine passes: loss, hits, scores and gradients of every case against the float64
 * oracle, in one shard and in several. An engine that this machine cannot load is logged as skipped and counts neither
 * as passed nor as failed.
 */
export const engineConformance = async (test: TestFn, engine: Engine, lowerings: ReadonlyArray<NonNullable<EngineOptions['lowering']>> = ['auto']): Promise<void> => {
	const oracle = createReferenceEngine();
	try {
		// All before the first test is declared: the others have to be in the same turn.
		const probed = [];
		for (const lowering of lowerings) {
			for (const given of cases) {
				probed.push({given, lowering, ...await engine.probe(modelOf(given), optionsOf(given, {lowering}))});
			}
		}

		for (const {given, lowering, backend, version, family} of probed) {
			for (const shards of [1, 4]) {
				test.serial(`${engine.name} (${backend} ${version}, ${family}): ${given.title}, ${shards} shard${shards === 1 ? '' : 's'}, lowering ${lowering}`, async t => {
					const expected = await run(oracle, given, optionsOf(given, {precision: 'float64'}));
					const actual = await run(engine, given, optionsOf(given, {shards, lowering}));
					t.true(Math.abs(actual.outcome.loss - expected.outcome.loss) < 1e-5 * Math.max(1, expected.outcome.loss), `loss ${actual.outcome.loss} and not ${expected.outcome.loss}`);
					t.is(actual.outcome.correct, expected.outcome.correct);
					t.true(actual.outcome.finite);
					for (const [name, difference] of differences(actual.model, actual.gradient, expected.gradient)) {
						t.true(difference < tolerance, `${name} differs by ${difference}`);
					}

					for (const [index, score] of actual.scores.entries()) {
						t.true(Math.abs(score - expected.scores[index]!) < 1e-4, `score ${index}`);
					}
				});
			}
		}
	} catch (error) {
		if (!(error instanceof ThreadloomError) || error.code !== 'ENGINE_UNAVAILABLE') {
			throw error;
		}

		console.log(`skipped: the conformance of the engine ${engine.name}: ${error.message}`);
	}
};
