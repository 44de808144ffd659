/** The learning rate as a function of the steps done, as plain data under Keras's names. */
export type Decay =
	| {readonly name: 'constant'; readonly learningRate: number}
	| {readonly name: 'exponentialDecay'; readonly initialLearningRate: number; readonly decaySteps: number; readonly decayRate: number; readonly staircase: boolean}
	| {readonly name: 'inverseTimeDecay'; readonly initialLearningRate: number; readonly decaySteps: number; readonly decayRate: number; readonly staircase: boolean}
	| {readonly name: 'polynomialDecay'; readonly initialLearningRate: number; readonly decaySteps: number; readonly endLearningRate: number; readonly power: number}
	| {readonly name: 'cosineDecay'; readonly initialLearningRate: number; readonly decaySteps: number; readonly alpha: number}
	| {readonly name: 'piecewiseConstantDecay'; readonly boundaries: readonly number[]; readonly values: readonly number[]};

/** A decay after an optional warm-up: the rate rises in a line from 0 over `warmupSteps`, then the decay starts. */
export interface Schedule {
	readonly decay: Decay;
	readonly warmupSteps: number;
}

const decayed = (decay: Decay, step: number): number => {
	switch (decay.name) {
		case 'constant': {
			return decay.learningRate;
		}

		case 'exponentialDecay':
		case 'inverseTimeDecay': {
			const {initialLearningRate, decaySteps, decayRate, staircase} = decay;
			const progress = staircase ? Math.floor(step / decaySteps) : step / decaySteps;
			return decay.name === 'exponentialDecay' ? initialLearningRate * decayRate ** progress : initialLearningRate / (1 + decayRate * progress);
		}

		case 'polynomialDecay': {
			const {initialLearningRate, decaySteps, endLearningRate, power} = decay;
			const left = 1 - Math.min(step, decaySteps) / decaySteps;
			return (initialLearningRate - endLearningRate) * left ** power + endLearningRate;
		}

		case 'cosineDecay': {
			const {initialLearningRate, decaySteps, alpha} = decay;
			const cosine = (1 + Math.cos(Math.PI * Math.min(step, decaySteps) / decaySteps)) / 2;
			return initialLearningRate * ((1 - alpha) * cosine + alpha);
		}

		case 'piecewiseConstantDecay': {
			const {boundaries, values} = decay;
			const index = boundaries.findIndex(boundary => step <= boundary);
			return values[index === -1 ? boundaries.length : index]!;
		}

		default: {
			return decay satisfies never;
		}
	}
};

/** The learning rate of the step that follows `step` steps, from 0. */
export const learningRateAt = ({decay, warmupSteps}: Schedule, step: number): number =>
	(step < warmupSteps ? decayed(decay, 0) * (step + 1) / warmupSteps : decayed(decay, step - warmupSteps));
