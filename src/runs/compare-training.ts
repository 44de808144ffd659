import {chooseCheckpoint} from './choose-checkpoint.ts';
import {digestOfParameters} from './parameters-digest.ts';
import {readSteps, type StepFacts} from './past-events.ts';

/** How one run's vector compares with another's. */
export interface VectorComparison {
	readonly name: string;
	readonly isSame: boolean;
	/** Largest difference of two elements, relative to the largest element. */
	readonly difference: number;
}

/** How two trainings compare, bit for bit. */
export interface TrainingComparison {
	readonly isSame: boolean;
	/** Steps of each, and how many of them have the same records, and the same loss and gradient norm. */
	readonly steps: readonly [number, number];
	readonly sameRecords: number;
	readonly sameNumbers: number;
	/** The first step that differs, and in what. */
	readonly firstDifference: {readonly step: number; readonly in: 'records' | 'numbers'} | undefined;
	/** Sha256 of the final parameters. */
	readonly digests: readonly [string, string];
	readonly vectors: readonly VectorComparison[];
}

/** Compares two vectors, bit for bit and by size. */
export const compareVectors = (name: string, a: ArrayLike<number>, b: ArrayLike<number> | undefined): VectorComparison => {
	if (b?.length !== a.length) {
		return {name, isSame: false, difference: Number.POSITIVE_INFINITY};
	}

	let largest = 0;
	let difference = 0;
	let isSame = true;
	for (let index = 0; index < a.length; index++) {
		isSame &&= Object.is(a[index], b[index]);
		largest = Math.max(largest, Math.abs(a[index]!));
		difference = Math.max(difference, Math.abs(a[index]! - b[index]!));
	}

	return {name, isSame, difference: difference === 0 ? 0 : difference / largest};
};

const sameNumbers = (a: StepFacts, b: StepFacts | undefined): boolean =>
	Object.is(a.loss, b?.loss) && Object.is(a.gradientNorm, b?.gradientNorm) && Object.is(a.updateRatio, b?.updateRatio) && Object.is(a.learningRate, b?.learningRate);

/** Compares the steps and the final states of two runs. @throws CHECKPOINT_MISSING, CHECKPOINTS_UNUSABLE */
export const compareTraining = async (first: string, second: string): Promise<TrainingComparison> => {
	const [a, b] = [await readSteps(first), await readSteps(second)];
	const [one, other] = [await chooseCheckpoint(first, {restoresBest: false}), await chooseCheckpoint(second, {restoresBest: false})];
	const vectors = Object.entries(one.checkpoint.tensors).map(([name, vector]) => compareVectors(name, vector, other.checkpoint.tensors[name]));
	const records = a.map((step, index) => step.records === b[index]?.records);
	const numbers = a.map((step, index) => sameNumbers(step, b[index]));
	const wrong = a.findIndex((_, index) => !records[index] || !numbers[index]);
	const count = (flags: readonly boolean[]): number => flags.filter(Boolean).length;
	return {
		isSame: a.length === b.length && wrong === -1 && vectors.every(({isSame}) => isSame),
		steps: [a.length, b.length],
		sameRecords: count(records),
		sameNumbers: count(numbers),
		firstDifference: wrong === -1 ? undefined : {step: wrong + 1, in: records[wrong]! ? 'numbers' : 'records'},
		digests: [digestOfParameters(one.checkpoint.tensors['parameters']!), digestOfParameters(other.checkpoint.tensors['parameters']!)],
		vectors,
	};
};
