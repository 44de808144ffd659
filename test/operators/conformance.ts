import type {ExecutionContext} from 'ava';
import {
	concat, EMPTY, from, NEVER, Observable, of, pipe, Subject, take, throwError, type OperatorFunction,
} from 'rxjs';
import type {Operator, OperatorStep} from '../../src/operators/operator.ts';
import {createRandom, derive, keyOf} from '../../src/random/generator.ts';
import {createMeter} from '../../src/stream/meter.ts';
import {allocate, type TypedArray} from '../../src/tensor/dtypes.ts';
import type {Example, ExampleSpec} from '../../src/tensor/example.ts';
import {oneHotVector} from '../../src/tensor/input-map.ts';
import {sizeOf} from '../../src/tensor/shape.ts';

export interface ConformanceOptions {
	readonly options?: unknown;
	readonly spec?: ExampleSpec;
	/** Examples that let at least one through. @default 12 */
	readonly count?: number;
}

const defaultSpec: ExampleSpec = {
	features: {shape: [2, 3], dtype: 'uint8'}, label: {shape: [], dtype: 'int32'}, count: 12, classes: ['a', 'b', 'c'],
};

/** Views into one chunk, as the stream hands them out. */
export const examplesOf = (spec: ExampleSpec, count: number): {readonly examples: readonly Example[]; readonly chunk: TypedArray} => {
	const size = sizeOf(spec.features.shape);
	const [classes] = spec.label.shape;
	const labelOf = (index: number): Example['label'] => (classes === undefined ? index % 3 : oneHotVector(index % classes, classes));
	const chunk = allocate(spec.features.dtype, size * count);
	for (let index = 0; index < chunk.length; index++) {
		chunk[index] = (index * 7) % 100;
	}

	const examples = Array.from({length: count}, (_, index) => ({
		index, source: 'test', features: chunk.subarray(index * size, (index + 1) * size), label: labelOf(index),
	}));
	return {examples, chunk};
};

const plain = ({index, features, label}: Example) => ({index, features: [...features], label: typeof label === 'number' ? label : [...label]});

interface Heard {
	readonly examples: Array<ReturnType<typeof plain>>;
	error: unknown;
	isComplete: boolean;
}

const listen = (source: Observable<Example>, operator: OperatorFunction<Example, Example>): Heard & {stop: () => void} => {
	const heard: Heard = {examples: [], error: undefined, isComplete: false};
	const subscription = operator(source).subscribe({
		next(example) {
			heard.examples.push(plain(example));
		},
		error(error: unknown) {
			heard.error = error;
		},
		complete() {
			heard.isComplete = true;
		},
	});
	return Object.assign(heard, {
		stop() {
			subscription.unsubscribe();
		},
	});
};

const stateOf = async (step: OperatorStep, examples: readonly Example[], spec: ExampleSpec): Promise<unknown> => step.fit?.((async function * () {
	yield * examples;
})(), spec);

/**
 * What every operator keeps: it says nothing for silence, ends with its source, hands errors on at once, lets go of an
 * endless source when nobody listens, lets out what it has declared, and holds no view of a chunk.
 */
export const operatorConformance = async (t: ExecutionContext, operator: Operator, {options = {}, spec = defaultSpec, count = 12}: ConformanceOptions = {}): Promise<void> => {
	const step = operator.bind(options, {name: 'test', position: 0});
	const {examples} = examplesOf(spec, count);
	const output = step.output(spec);
	const state = await stateOf(step, examples, spec);
	const create = (epoch = 1, seed = 1, meter = createMeter()) => step.create({
		signal: new AbortController().signal, epoch, training: true, meter, input: spec, random: createRandom(derive(keyOf(seed), 'operator', 0, epoch)),
	}, state);

	const never = listen(NEVER, create());
	t.deepEqual([never.examples.length, never.isComplete, never.error], [0, false, undefined], 'never');
	never.stop();

	const empty = listen(EMPTY, create());
	t.deepEqual([empty.examples.length, empty.isComplete, empty.error], [0, true, undefined], 'empty');

	const one = listen(of(examples[0]!), create());
	t.true(one.examples.length <= 1 && one.isComplete, 'one');

	const many = listen(from(examples), create());
	t.true(many.isComplete, 'many');
	t.is(many.error, undefined, 'many');
	t.true(many.examples.length > 0, 'many');
	if (step.cardinality === 'one') {
		t.deepEqual(many.examples.map(({index}) => index), examples.map(({index}) => index), 'cardinality');
	} else if (step.cardinality === 'filter') {
		t.true(many.examples.length <= examples.length, 'cardinality');
	}

	if (output.count !== undefined) {
		t.is(many.examples.length, output.count, 'declared count');
	}

	const fault = new Error('from the source');
	const failing = listen(concat(from(examples.slice(0, 1)), throwError(() => fault)), create());
	t.true(failing.error === fault || failing.isComplete, 'error');

	let pulled = 0;
	let isReleased = false;
	const endless = new Observable<Example>(subscriber => {
		for (; !subscriber.closed && pulled < 10_000; pulled++) {
			subscriber.next(examples[pulled % count]!);
		}

		return () => {
			isReleased = true;
		};
	});
	let first: Example | undefined;
	const subscription = new Observable<Example>(subscriber => create()(endless).subscribe(subscriber)).subscribe({
		next(example) {
			first ??= example;
			queueMicrotask(() => {
				subscription.unsubscribe();
			});
		},
	});
	subscription.unsubscribe();
	t.true(isReleased, 'endless source');
	t.not(first, undefined, 'endless source');

	for (let taken = 1; taken <= count; taken++) {
		const meter = createMeter();
		listen(concat(from(examples.slice(0, taken)), NEVER), create(1, 1, meter)).stop();
		t.is(meter.held, 0, 'what is held is given back when nobody listens any more');
		const source = new Subject<Example>();
		listen(source, pipe(create(1, 1, meter), take(taken)));
		for (const example of examples) {
			source.next(example);
		}

		source.complete();
		t.is(meter.held, 0, 'what is held is given back at the end and before it');
		t.true(meter.peak <= step.holds(spec), 'no more is held than was said');
	}

	for (const {features, label} of listenRaw(examples, create())) {
		t.is(features.length, sizeOf(output.features.shape), 'declared shape');
		t.is(features.constructor, allocate(output.features.dtype, 0).constructor, 'declared element type');
		t.is(typeof label === 'number' ? 1 : label.length, sizeOf(output.label.shape), 'declared label');
	}

	// The chunk is written over as soon as the next example comes: what was let out must have been complete by then.
	const reused = examplesOf(spec, count);
	const fresh: Array<ReturnType<typeof plain>> = [];
	create()(new Observable<Example>(subscriber => {
		for (const example of reused.examples) {
			subscriber.next(example);
			example.features.fill(0);
		}

		subscriber.complete();
	})).subscribe(example => {
		fresh.push(plain(example));
	});
	if (step.cardinality !== 'any') {
		t.deepEqual(fresh, many.examples, 'views are not held');
	}

	t.deepEqual(listen(from(examples), create()).examples, many.examples, 'the same again');
	if (step.deterministic) {
		t.deepEqual(listen(from(examples), create(2, 2)).examples, many.examples, 'deterministic');
	}

	if (step.cardinality === 'one') {
		const backwards = listen(from(examples.toReversed()), create()).examples.toReversed();
		t.deepEqual(backwards, many.examples, 'independent of order');
	}
};

const listenRaw = (examples: readonly Example[], operator: OperatorFunction<Example, Example>): readonly Example[] => {
	const out: Example[] = [];
	operator(from(examples)).subscribe(example => {
		out.push(example);
	});
	return out;
};
