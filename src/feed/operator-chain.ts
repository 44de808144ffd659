import type {OperatorFunction} from 'rxjs';
import {messageOf} from '../errors/thrown.ts';
import {createError} from '../errors/threadloom-error.ts';
import type {OperatorStep} from '../operators/operator.ts';
import {isModuleName} from '../operators/resolve.ts';
import {createRandom, derive, keyOf} from '../random/generator.ts';
import {counted} from '../stream/counted.ts';
import type {Meter} from '../stream/meter.ts';
import type {Example, ExampleSpec} from '../tensor/example.ts';
import {kindOf} from '../tensor/spec-fault.ts';
import {guarded} from './guard.ts';
import type {HoardWatch} from './hoard-watch.ts';
import {measured} from './measured.ts';
import type {Rejects} from './rejects.ts';
import {resilient} from './resilient.ts';
import type {Stage} from './stage.ts';

/** One operator with the specs around it. */
export interface ChainLink {
	readonly step: OperatorStep;
	readonly input: ExampleSpec;
	readonly output: ExampleSpec;
}

export interface ChainOptions {
	readonly states: Readonly<Record<string, unknown>>;
	readonly seed: number;
	readonly epoch: number;
	readonly training: boolean;
	readonly meter: Meter;
	/** Of the gate, in bytes. */
	readonly budget: number;
	readonly stage: Stage;
	readonly signal: AbortSignal;
	/** Keeps the records that are left out; without it, or where nothing is, a failure ends the stream. */
	readonly rejects?: Rejects | undefined;
	/** Finds operators of users that hoard. */
	readonly watch?: HoardWatch | undefined;
	/** Whether each operator's input is compared afterwards with what it was. @default false */
	readonly checkInputs?: boolean | undefined;
}

/** As much as the stream reads at a time. */
const largestWindow = 256 * 1024;

const create = ({step, input}: ChainLink, {states, seed, epoch, training, meter, signal}: ChainOptions): OperatorFunction<Example, Example> => {
	const {name, position} = step;
	let operator: OperatorFunction<Example, Example>;
	try {
		operator = step.create({
			signal, epoch, training, meter, input, random: createRandom(derive(keyOf(seed), 'operator', position, epoch)),
		}, states[String(position)]);
	} catch (error) {
		throw createError('OPERATOR_FAILED', {operator: name, reason: messageOf(error)}, {cause: error});
	}

	if (typeof operator !== 'function') {
		throw createError('OPERATOR_FAILED', {operator: name, reason: `its create() answered ${kindOf(operator)}, expected an RxJS operator`});
	}

	return operator;
};

/**
 * Puts operators behind each other for one pass, each guarded and, where it lets out as many as come in, counted.
 *
 * @throws OPERATOR_FAILED when one cannot be made
 */
export const chainOf = (links: readonly ChainLink[], options: ChainOptions): OperatorFunction<Example, Example> => {
	const {meter, budget, stage, rejects, watch, checkInputs} = options;
	// What all of them take in at a time leaves room in the budget: a full one would let nothing more in.
	const window = Math.min(largestWindow, budget / (2 * Math.max(2, links.filter(({step}) => isModuleName(step.name)).length)));
	const operators = links.map(link => {
		const {step: {name, position, cardinality}, output} = link;
		const operator = guarded(create(link, options), {
			name, position, output, stage, locate: rejects?.locate, checkInputs,
		});
		const watched = (inner: OperatorFunction<Example, Example>): OperatorFunction<Example, Example> => (watch !== undefined && isModuleName(name)
			? measured(inner, {
				position, cardinality, watch, meter, bytes: window,
			})
			: inner);
		if (!(rejects?.skips ?? false) || cardinality === 'any') {
			return cardinality === 'one' ? counted(watched(operator), {name, meter, budget}) : watched(operator);
		}

		let left = 0;
		const tolerant = resilient(operator, {
			holds: cardinality === 'one',
			reject({source, index}, {code, message}) {
				left++;
				rejects!.add({source, record: index, operator: name, code, reason: message});
			},
		});
		return cardinality === 'one' ? counted(watched(tolerant), {name, meter, budget, dropped: () => left}) : watched(tolerant);
	});
	return source => {
		let stream = source;
		for (const operator of operators) {
			stream = operator(stream);
		}

		return stream;
	};
};
