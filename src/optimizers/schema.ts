import * as z from 'zod';
import {named} from '../schema/named.ts';
import type {OptimizerConfig} from './config.ts';
import type {Decay, Schedule} from './schedule.ts';

const rate = z.number().positive();
const steps = z.int().positive();
const warmupSteps = z.int().nonnegative().default(0).meta({description: 'Steps over which the rate rises in a line, before the decay starts.'});
const initialLearningRate = rate.meta({description: 'The rate that the decay starts from.'});
const decaySteps = steps.meta({description: 'Steps of one decay.'});
const alpha = z.number().min(0).max(1).default(0).meta({description: 'The lowest rate, as a share of the first one.'});
const decayRate = rate.meta({description: 'How much the rate decays in decaySteps.'});
const staircase = z.boolean().default(false).meta({description: 'Decays in steps and not continuously.'});

const decays = {
	constant: z.strictObject({learningRate: rate.meta({description: 'The rate.'}), warmupSteps}),
	exponentialDecay: z.strictObject({initialLearningRate, decaySteps, decayRate, staircase, warmupSteps}),
	inverseTimeDecay: z.strictObject({initialLearningRate, decaySteps, decayRate, staircase, warmupSteps}),
	polynomialDecay: z.strictObject({
		initialLearningRate,
		decaySteps,
		endLearningRate: z.number().nonnegative().default(0.0001).meta({description: 'The rate that the decay ends at.'}),
		power: rate.default(1).meta({description: 'Exponent of what is left of the decay; 1 is a line.'}),
		cycle: z.boolean().default(false).meta({description: 'Rises and decays again after its end.'}),
		warmupSteps,
	}),
	cosineDecay: z.strictObject({
		initialLearningRate: z.number().nonnegative().meta({description: 'The rate that the decay starts from or, with a warmupTarget, the warm-up.'}),
		decaySteps,
		alpha,
		warmupTarget: rate.optional().meta({description: 'The rate at the end of the warm-up, which then starts from initialLearningRate.'}),
		warmupSteps,
	})
		.refine(({initialLearningRate: initial, warmupTarget}) => initial > 0 || warmupTarget !== undefined, {message: 'expected more than 0, or a warmupTarget', path: ['initialLearningRate']}),
	cosineDecayRestarts: z.strictObject({
		initialLearningRate,
		firstDecaySteps: steps.meta({description: 'Steps of the first decay.'}),
		tMul: z.number().min(1).default(2).meta({description: 'How many times as long each next decay lasts.'}),
		mMul: rate.default(1).meta({description: 'Factor of the rate at each restart.'}),
		alpha,
		warmupSteps,
	}),
	piecewiseConstantDecay: z.strictObject({
		boundaries: z.array(z.int().nonnegative()).min(1).meta({description: 'Last step of each value but the last, rising.'}),
		values: z.array(rate).min(2).meta({description: 'The rates, one more than boundaries.'}),
		warmupSteps,
	})
		.refine(({boundaries, values}) => values.length === boundaries.length + 1, {message: 'expected one more value than boundaries', path: ['values']})
		.refine(({boundaries}) => boundaries.every((boundary, index) => index === 0 || boundary > boundaries[index - 1]!), {message: 'expected rising boundaries', path: ['boundaries']}),
	oneCycle: z.strictObject({
		maxLearningRate: rate.meta({description: 'The highest rate.'}),
		totalSteps: steps.meta({description: 'Steps of the whole cycle.'}),
		pctStart: z.number().min(0).lt(1).default(0.3).meta({description: 'Share of the steps in which the rate rises.'}),
		divFactor: z.number().min(1).default(25).meta({description: 'The highest rate divided by the first one.'}),
		finalDivFactor: z.number().min(1).default(10_000).meta({description: 'The first rate divided by the last one.'}),
		warmupSteps,
	}),
};

/** A number, or a decay by name. */
const scheduleSchema = z.union([rate, named(decays, {what: 'learning-rate schedule'})]);

const learningRate = (value: number) => scheduleSchema.prefault(value).meta({description: 'The learning rate, or a schedule of it.'});
const share = (value: number, description: string) => z.number().min(0).lt(1).default(value).meta({description});
const epsilon = z.number().nonnegative().default(1e-7).meta({description: 'Keeps divisors away from 0.'});

const moments = {
	beta1: share(0.9, 'Decay of the first moment.'),
	beta2: share(0.999, 'Decay of the second moment.'),
	epsilon,
};

/** The optimizer of a definition, with Keras's names and defaults. */
export const optimizerSchema = named({
	sgd: z.strictObject({
		learningRate: learningRate(0.01),
		momentum: share(0, 'Share of the last change that is kept.'),
		nesterov: z.boolean().default(false).meta({description: 'Looks ahead by the momentum.'}),
	}),
	rmsprop: z.strictObject({
		learningRate: learningRate(0.001),
		rho: share(0.9, 'Decay of the mean square.'),
		momentum: share(0, 'Share of the last change that is kept.'),
		epsilon,
		centered: z.boolean().default(false).meta({description: 'Divides by the deviation instead of the mean square.'}),
	}),
	adagrad: z.strictObject({
		learningRate: learningRate(0.001),
		initialAccumulatorValue: z.number().nonnegative().default(0.1).meta({description: 'What the sums of squares start with.'}),
		epsilon,
	}),
	adam: z.strictObject({learningRate: learningRate(0.001), ...moments}),
	adamw: z.strictObject({
		learningRate: learningRate(0.001),
		...moments,
		weightDecay: z.number().nonnegative().default(0.004).meta({description: 'Share of a parameter taken off each step, times the learning rate.'}),
	}),
}, {what: 'optimizer'});

/** An optimizer as a definition holds it. */
export type OptimizerChoice = z.output<typeof optimizerSchema>;

/** Tells the optimizer's own hyperparameters from the schedule of its learning rate. */
export const resolveOptimizer = ({name, options}: OptimizerChoice): {readonly optimizer: OptimizerConfig; readonly schedule: Schedule} => {
	const {learningRate: given, ...hyperparameters} = options;
	return {optimizer: {name, ...hyperparameters} as OptimizerConfig, schedule: resolveSchedule(given)};
};

const resolveSchedule = (given: z.output<typeof scheduleSchema>): Schedule => {
	if (typeof given === 'number') {
		return {decay: {name: 'constant', learningRate: given}, warmupSteps: 0};
	}

	const {warmupSteps: warmup, ...rest} = given.options;
	return {decay: {name: given.name, ...rest} as Decay, warmupSteps: warmup};
};
