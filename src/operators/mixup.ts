import * as z from 'zod';
import {Observable} from '../stream/rx.ts';
import {betaOf} from '../random/beta.ts';
import {createPermutation} from '../random/permutation.ts';
import {exampleBytes, ownExample} from '../stream/example-bytes.ts';
import {createHold} from '../stream/meter.ts';
import {allocate, type TypedArray} from '../tensor/dtypes.ts';
import type {Example} from '../tensor/example.ts';
import {bytesOf, formatTensor, sizeOf} from '../tensor/shape.ts';
import {acts, whenOption} from './augmentation.ts';
import {defineOperator} from './define-operator.ts';
import {withFractions} from './image.ts';
import {castFeatures} from './map-features.ts';

/** Writes share · a + (1 − share) · b. */
const blend = (a: TypedArray, b: TypedArray, share: number, out: TypedArray): TypedArray => {
	for (let index = 0; index < out.length; index++) {
		out[index] = (a[index]! * share) + (b[index]! * (1 - share));
	}

	return out;
};

/**
 * Mixes every example with another one, as Keras's MixUp: features and labels are share · own + (1 − share) · other, the
 * share drawn from Beta(alpha, alpha) for each record.
 *
 * Partners do not depend on the batches: the examples of a pass are taken `window` at a time, in the order in which they
 * come, and a keyed permutation of the window gives each its partner, which may be itself. So a pass is a function of
 * seed, epoch and the order of its examples; the order itself depends on nothing else.
 * Source: H. Zhang et al., "mixup: beyond empirical risk minimization", ICLR 2018.
 */
export const mixup = defineOperator({
	options: z.strictObject({
		alpha: z.number().positive().default(0.2).meta({description: 'Of the Beta distribution of the shares: the smaller, the less is mixed.'}),
		window: z.int().min(2).default(128).meta({description: 'Examples among which partners are found, and which wait for each other.'}),
		when: whenOption,
	}),
	cardinality: 'any',
	deterministic: false,
	// A whole window leaves at once: until the batches have taken it, it is there twice.
	holds: (spec, {window}) => window * (bytesOf(spec.features) + bytesOf(withFractions(spec).features) + 2 * bytesOf(spec.label)),
	output(spec) {
		if (!spec.label.dtype.startsWith('float') || spec.label.shape.length === 0) {
			throw new RangeError(`labels that are vectors of floats, not ${formatTensor(spec.label)}; put one-hot before it`);
		}

		return withFractions(spec);
	},
	create(options, context) {
		const {input, random, meter} = context;
		const {dtype} = withFractions(input).features;
		const size = sizeOf(input.features.shape);
		if (!acts(options, context)) {
			return castFeatures({dtype, size});
		}

		const shares = random.fork('share');
		const mix = (own: Example, other: Example): Example => {
			const share = betaOf(shares.fork(own.index), options.alpha);
			return {
				...own,
				features: blend(own.features, other.features, share, allocate(dtype, size)),
				label: blend(own.label as TypedArray, other.label as TypedArray, share, allocate(input.label.dtype, (own.label as TypedArray).length)),
			};
		};

		return source => new Observable(subscriber => {
			let waiting: Example[] = [];
			let windows = 0;
			const hold = createHold(meter);
			const leave = (): void => {
				const own = waiting;
				const partners = createPermutation(random.fork('partners', windows++).key, own.length);
				waiting = [];
				for (const [position, example] of own.entries()) {
					if (subscriber.closed) {
						return;
					}

					subscriber.next(mix(example, own[partners.at(position)]!));
				}

				hold.release();
			};

			subscriber.add(hold.release);
			subscriber.add(source.subscribe({
				next(example) {
					const own = ownExample(example);
					hold.add(exampleBytes(own));
					waiting.push(own);
					if (waiting.length === options.window) {
						leave();
					}
				},
				error(error: unknown) {
					subscriber.error(error);
				},
				complete() {
					if (waiting.length > 0) {
						leave();
					}

					subscriber.complete();
				},
			}));
		});
	},
});
