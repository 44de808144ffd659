/** The learning rate as a function of the steps done, as plain data under Keras's names. */
export type Decay =
	| {readonly name: 'constant'; readonly learningRate: number}
	| {readonly name: 'exponentialDecay'; readonly initialLearningRate: number; readonly decaySteps: number; readonly decayRate: number; readonly staircase: boolean}
	| {readonly name: 'inverseTimeDecay'; readonly initialLearningRate: number; readonly decaySteps: number; readonly decayRate: number; readonly staircase: boolean}
	| {readonly name: 'polynomialDecay'; readonly initialLearningRate: number; readonly decaySteps: number; readonly endLearningRate: number; readonly power: number; readonly cycle: boolean}
	| {readonly name: 'cosineDecay'; readonly initialLearningRate: number; readonly decaySteps: number; readonly alpha: number; readonly warmupTarget?: number | undefined}
	| {readonly name: 'cosineDecayRestarts'; readonly initialLearningRate: number; readonly firstDecaySteps: number; readonly tMul: number; readonly mMul: number; readonly alpha: number}
	| {readonly name: 'piecewiseConstantDecay'; readonly boundaries: readonly number[]; readonly values: readonly number[]}
	| {readonly name: 'oneCycle'; readonly maxLearningRate: number; readonly totalSteps: number; readonly pctStart: number; readonly divFactor: number; readonly finalDivFactor: number};

/**
 * A decay after an optional warm-up of `warmupSteps`.
 *
 * The first warm-up step has the decay's first rate divided by `warmupSteps`, the last one all of it. A cosine decay with
 * a `warmupTarget` rises as Keras's does: from `initialLearningRate`, in a line, to the target, from which it decays.
 */
export interface Schedule {
	readonly decay: Decay;
	readonly warmupSteps: number;
}

/** Half a period of the cosine: 1 at progress 0, 0 from progress 1 on. */
const halfCosine = (progress: number): number => (1 + Math.cos(Math.PI * Math.min(progress, 1))) / 2;

/** Which period a time lies in, and how far; the first one lasts 1 and each next one `growth` (≥ 1) times its predecessor. */
const periodAt = (time: number, growth: number): {readonly restart: number; readonly progress: number} => {
	if (growth === 1) {
		const restart = Math.floor(time);
		return {restart, progress: time - restart};
	}

	let restart = 0;
	let left = time;
	let length = 1;
	while (left >= length) {
		left -= length;
		length *= growth;
		restart++;
	}

	return {restart, progress: left / length};
};

/**
 * The rate rises along a cosine until `pctStart` of the steps are over and falls along one until the last step.
 *
 * Source: L. Smith and N. Topin, "Super-convergence", 2018, with PyTorch's parameters.
 */
const oneCycle = ({maxLearningRate, totalSteps, pctStart, divFactor, finalDivFactor}: Extract<Decay, {name: 'oneCycle'}>, step: number): number => {
	const initial = maxLearningRate / divFactor;
	const peak = pctStart * totalSteps - 1;
	if (step < peak) {
		return maxLearningRate + (initial - maxLearningRate) * halfCosine(step / peak);
	}

	const final = initial / finalDivFactor;
	return final + (maxLearningRate - final) * halfCosine((step - peak) / (totalSteps - 1 - peak));
};

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
			const {initialLearningRate, decaySteps, endLearningRate, power, cycle} = decay;
			// A cycle stretches the decay by whole multiples, so that it is never over.
			const length = cycle ? decaySteps * Math.max(1, Math.ceil(step / decaySteps)) : decaySteps;
			const left = 1 - Math.min(step, length) / length;
			return (initialLearningRate - endLearningRate) * left ** power + endLearningRate;
		}

		case 'cosineDecay': {
			const {initialLearningRate, decaySteps, alpha, warmupTarget = initialLearningRate} = decay;
			return warmupTarget * ((1 - alpha) * halfCosine(step / decaySteps) + alpha);
		}

		case 'cosineDecayRestarts': {
			const {initialLearningRate, firstDecaySteps, tMul, mMul, alpha} = decay;
			const {restart, progress} = periodAt(step / firstDecaySteps, tMul);
			return initialLearningRate * ((1 - alpha) * mMul ** restart * halfCosine(progress) + alpha);
		}

		case 'piecewiseConstantDecay': {
			const {boundaries, values} = decay;
			const index = boundaries.findIndex(boundary => step <= boundary);
			return values[index === -1 ? boundaries.length : index]!;
		}

		case 'oneCycle': {
			return oneCycle(decay, step);
		}

		default: {
			return decay satisfies never;
		}
	}
};

/** The learning rate of the step that follows `step` steps, from 0. */
export const learningRateAt = ({decay, warmupSteps}: Schedule, step: number): number => {
	if (step >= warmupSteps) {
		return decayed(decay, step - warmupSteps);
	}

	if (decay.name === 'cosineDecay' && decay.warmupTarget !== undefined) {
		return decay.initialLearningRate + (decay.warmupTarget - decay.initialLearningRate) * step / warmupSteps;
	}

	return decayed(decay, 0) * (step + 1) / warmupSteps;
};
