import test from 'ava';
import {createReferenceEngine} from '../../../src/engines/reference/engine.ts';
import {initialParameters} from '../../../src/model/initial-parameters.ts';
import {createRandom, keyOf} from '../../../src/random/generator.ts';
import {cases, modelOf, slotOf, type Case} from '../cases.ts';
import {optionsOf} from '../engine-conformance.ts';
import {openPlan} from '../run-plan.ts';

/** Half of the difference between the parameters on whose losses a slope is measured. */
const delta = 1e-5;
/** Largest difference, relative to the largest gradient of the case. */
const tolerance = 1e-6;
/** Perturbed elements of a tensor at most; the others follow the same formula. */
const perTensor = 12;

/** Where two ways lead to the largest element of a window, the loss has no slope at all. */
const hasTies = ({title}: Case): boolean => title.startsWith('maximum of ties');

for (const given of cases.filter(each => !hasTies(each))) {
	test(`the gradient is the slope of the loss: ${given.title}`, async t => {
		const model = modelOf(given);
		const slot = slotOf(given);
		// Zeros of biases would put a ReLU's corner where it is measured.
		const random = createRandom(keyOf(17));
		const start = Float64Array.from(initialParameters(model, {seed: 11, precision: 'float64'}), (value, index) => value + 0.05 * random.normal(index));
		/** Loss and gradient at some parameters: the dropout of step 7 is the same each time, and nothing is learnt. */
		const at = async (parameters: Float64Array) => {
			const open = await openPlan(createReferenceEngine(), model, optionsOf(given, {precision: 'float64'}), {parameters});
			try {
				await open.step({number: 7, epoch: 1, learningRate: 0, slot});
				return {loss: open.outcome().loss, gradient: open.gradient()};
			} finally {
				await open.release();
			}
		};

		const lossWith = async (index: number, change: number): Promise<number> => {
			const parameters = start.slice();
			parameters[index]! += change;
			return (await at(parameters)).loss;
		};

		const {gradient} = await at(start);
		const largest = Float64Array.from(gradient).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
		t.true(largest > 0);
		for (const [entry, {name, offset}] of model.layout.entries()) {
			const end = model.layout[entry + 1]?.offset ?? model.parameterCount;
			const stride = Math.max(1, Math.floor((end - offset) / perTensor));
			for (let index = offset; index < end; index += stride) {
				const slope = (await lossWith(index, delta) - await lossWith(index, -delta)) / (2 * delta);
				const difference = Math.abs(slope - gradient[index]!) / largest;
				if (!(difference < tolerance)) {
					t.fail(`${name}[${index - offset}]: slope ${slope}, gradient ${gradient[index]}`);
				}
			}
		}
	});
}
