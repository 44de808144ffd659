import {Buffer} from 'node:buffer';
import type {OperatorFunction} from 'rxjs';
import type {RecordPlace} from '../errors/placed.ts';
import {messageOf} from '../errors/thrown.ts';
import {Observable} from '../stream/rx.ts';
import {createError, ThreadloomError} from '../errors/threadloom-error.ts';
import {allocate, dtypeOf, type TypedArray} from '../tensor/dtypes.ts';
import type {Example, ExampleSpec} from '../tensor/example.ts';
import {formatTensor, sizeOf, type TensorSpec} from '../tensor/shape.ts';
import {kindOf} from '../tensor/spec-fault.ts';
import type {Stage} from './stage.ts';

export interface GuardOptions {
	readonly name: string;
	readonly position: number;
	/** What the operator has declared to let out. */
	readonly output: ExampleSpec;
	readonly stage: Stage;
	/** Where a record lies, as far as its source can tell. */
	readonly locate?: ((source: string, record: number) => RecordPlace | undefined) | undefined;
	/** Whether what an operator was given is compared byte by byte with what it was before. @default false */
	readonly checkInputs?: boolean | undefined;
}

const bytesOf = (array: TypedArray): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** What an operator has done to the features that it was given, if anything; writing shows only against a copy. */
const faultOfInput = (features: TypedArray, {byteLength, copy}: {readonly byteLength: number; readonly copy: Buffer | undefined}): string | undefined => {
	if (features.byteLength !== byteLength) {
		return 'it detached the features that it was given; it may transfer copies only';
	}

	return copy?.equals(bytesOf(features)) ?? true ? undefined : 'it wrote into the features that it was given; it may change copies only';
};

/** Whether a value can be subscribed to, whichever copy of RxJS it is of. */
const isObservable = (value: unknown): boolean => typeof value === 'object' && value !== null && 'subscribe' in value && typeof value.subscribe === 'function';

/** Tells what a tensor is that should be of a spec; undefined when it is. */
const createCheck = (spec: TensorSpec): ((value: unknown) => string | undefined) => {
	const {constructor} = allocate(spec.dtype, 0);
	const size = sizeOf(spec.shape);
	return value => {
		if (value instanceof constructor && (value as TypedArray).length === size) {
			return undefined;
		}

		return ArrayBuffer.isView(value) && !(value instanceof DataView)
			? `${(value as TypedArray).length} elements ${nameOf(value as TypedArray)}`
			: kindOf(value);
	};
};

const nameOf = (array: TypedArray): string => {
	try {
		return dtypeOf(array);
	} catch {
		return array.constructor.name;
	}
};

const expectationOf = (spec: TensorSpec): string => `${sizeOf(spec.shape)} ${sizeOf(spec.shape) === 1 ? 'element' : 'elements'} (${formatTensor(spec)})`;

const createExampleCheck = ({features, label}: ExampleSpec): ((value: Example) => string | undefined) => {
	const checkFeatures = createCheck(features);
	const checkLabel = createCheck(label);
	const isSingle = sizeOf(label.shape) === 1;
	const isFloat = label.dtype.startsWith('float');
	return value => {
		if (typeof value !== 'object' || value === null || 'then' in value) {
			return `expected an example, got ${kindOf(value)}${typeof value === 'object' && value !== null ? '; mapAsync waits for those of a function' : ''}`;
		}

		if (!Number.isInteger(value.index) || typeof value.source !== 'string') {
			return 'expected an example with the `index` and the `source` of the one that it was made of; `{...example, features}` keeps them';
		}

		const wrongFeatures = checkFeatures(value.features);
		if (wrongFeatures !== undefined) {
			return `expected features of ${expectationOf(features)}, got ${wrongFeatures}`;
		}

		if (isSingle && typeof value.label === 'number' && (isFloat || Number.isInteger(value.label))) {
			return undefined;
		}

		const wrongLabel = checkLabel(value.label);
		return wrongLabel === undefined ? undefined : `expected a label of ${expectationOf(label)}, got ${wrongLabel}`;
	};
};

/**
 * Runs an operator so that its faults have its name: what it throws, and what it lets out that is not what it declared.
 *
 * Errors of the stream before it pass unchanged. The stage says when it runs.
 * @throws OPERATOR_FAILED, to the subscriber
 */
export const guarded = (
	operator: OperatorFunction<Example, Example>,
	{name, position, output, stage, locate, checkInputs = false}: GuardOptions,
): OperatorFunction<Example, Example> => source => new Observable(subscriber => {
	const faultOf = createExampleCheck(output);
	let current: Example | undefined;
	let upstream: {readonly error: unknown} | undefined;

	const failure = (reason: string, cause?: unknown): ThreadloomError => createError('OPERATOR_FAILED', {
		operator: name, reason, ...(current && {source: current.source, record: current.index, ...locate?.(current.source, current.index)}),
	}, {cause});

	const input = new Observable<Example>(inner => source.subscribe({
		next(example) {
			current = example;
			const {features} = example;
			const given = {byteLength: features.byteLength, copy: checkInputs ? Buffer.from(bytesOf(features)) : undefined};
			const before = stage.enter(position, example.index);
			try {
				inner.next(example);
			} finally {
				stage.leave(before);
			}

			const fault = faultOfInput(features, given);
			if (fault !== undefined) {
				fail(failure(fault));
			}
		},
		error(error: unknown) {
			upstream = {error};
			inner.error(error);
		},
		complete() {
			inner.complete();
		},
	}));

	const fail = (error: unknown): void => {
		const isKnown = (upstream !== undefined && error === upstream.error) || (error instanceof ThreadloomError && (error.code.startsWith('OPERATOR_') || error.code === 'SAMPLES_REJECTED'));
		subscriber.error(isKnown ? error : failure(messageOf(error), error));
	};

	let running: Observable<Example>;
	try {
		running = operator(input);
	} catch (error) {
		fail(error);
		return;
	}

	if (!isObservable(running)) {
		fail(failure(`its operator answered ${kindOf(running)}, expected an Observable`));
		return;
	}

	subscriber.add(running.subscribe({
		next(example) {
			const fault = faultOf(example);
			if (fault !== undefined) {
				fail(failure(fault));
				return;
			}

			stage.letOut(position);
			const before = stage.enter(undefined, example.index);
			try {
				subscriber.next(example);
			} finally {
				stage.leave(before);
			}
		},
		error: fail,
		complete() {
			subscriber.complete();
		},
	}));
});
