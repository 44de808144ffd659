import type {FloatArray} from '../tensor/dtypes.ts';
import type {ExampleSpec} from '../tensor/example.ts';
import type {AffineMap, InputMap} from '../tensor/input-map.ts';
import {sizeOf, type TensorSpec} from '../tensor/shape.ts';
import type {OperatorStep} from './operator.ts';

/** What a list of operators does to a stream, known before any record is read. */
export interface OperatorPlan {
	readonly steps: readonly OperatorStep[];
	/** `specs[i]` is what comes before step i; the last one is what comes out. */
	readonly specs: readonly ExampleSpec[];
	readonly output: ExampleSpec;
	/** Steps from this one on run in the engine's graph; all before it run in RxJS. */
	readonly fusedFrom: number;
	/** The most that the operators hold together, in bytes. */
	readonly holds: number;
}

export interface PlanOptions {
	/** Whether affine operators at the end are left to the engine's graph. @default true */
	readonly fuse?: boolean;
}

/**
 * Follows shapes and element types through all operators, and finds the longest run of affine ones at the end.
 *
 * @throws OPERATOR_SPEC
 */
export const planOperators = (steps: readonly OperatorStep[], spec: ExampleSpec, {fuse = true}: PlanOptions = {}): OperatorPlan => {
	const specs = [spec];
	for (const step of steps) {
		specs.push(step.output(specs.at(-1)!));
	}

	const fusedFrom = fuse ? steps.findLastIndex(({affine}) => affine === undefined) + 1 : steps.length;
	const holds = steps.reduce((sum, step, index) => sum + step.holds(specs[index]!), 0);
	return {
		steps, specs, output: specs.at(-1)!, fusedFrom, holds,
	};
};

/** What the ring carries of a tensor: bytes stay bytes, all other numbers become float32. */
const slotFeatures = ({shape, dtype}: TensorSpec): TensorSpec => ({shape, dtype: dtype === 'uint8' ? 'uint8' : 'float32'});

/** Single integers are class indices; any other label is a float32 vector. */
const slotLabel = ({shape, dtype}: TensorSpec): TensorSpec => {
	if (shape.length === 0) {
		return dtype.startsWith('float') ? {shape: [1], dtype: 'float32'} : {shape: [], dtype: 'int32'};
	}

	return {shape, dtype: 'float32'};
};

const isIdentity = ({scale, offset}: AffineMap): boolean => scale === 1 && offset === 0;

/** @throws RangeError when an affine map fits neither one number nor every element */
const fitting = (value: number | FloatArray, size: number): number | FloatArray => {
	if (typeof value !== 'number' && value.length !== size) {
		throw new RangeError(`Expected one number or ${size}. Received: ${value.length}`);
	}

	return value;
};

/** What a slot of the ring carries of one example. */
export const slotSpecOf = ({specs, fusedFrom}: OperatorPlan): InputMap['slot'] => {
	const {features, label} = specs[fusedFrom]!;
	return {features: slotFeatures(features), label: slotLabel(label)};
};

/** What is left to the engine, with the states of fitted operators by position; one that has none yet leaves nothing. */
export const inputMapOf = (plan: OperatorPlan, states: Readonly<Record<string, unknown>>): InputMap => {
	const {steps, specs, output, fusedFrom} = plan;
	const affine: AffineMap[] = [];
	let oneHot: {readonly classes: number} | undefined;
	for (const [index, step] of steps.entries()) {
		if (index < fusedFrom) {
			continue;
		}

		const spec = specs[index]!;
		const key = String(step.position);
		if (step.fit !== undefined && !Object.hasOwn(states, key)) {
			continue;
		}

		const effect = step.affine!(spec, states[key]);
		oneHot = effect.oneHot ?? oneHot;
		if (effect.features !== undefined && !isIdentity(effect.features)) {
			const size = sizeOf(spec.features.shape);
			affine.push({scale: fitting(effect.features.scale, size), offset: fitting(effect.features.offset, size)});
		}
	}

	return {
		slot: slotSpecOf(plan),
		affine,
		features: {shape: output.features.shape, dtype: 'float32'},
		label: slotLabel(output.label),
		oneHot,
	};
};
