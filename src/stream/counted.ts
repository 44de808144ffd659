import type {OperatorFunction} from 'rxjs';
import {createError} from '../errors/threadloom-error.ts';
import type {Example} from '../tensor/example.ts';
import {Observable} from './rx.ts';
import {exampleBytes} from './example-bytes.ts';
import type {Meter} from './meter.ts';

export interface CountedOptions {
	/** Names the operator in errors. */
	readonly name: string;
	readonly meter: Meter;
	/** Examples so far that were left out rather than let out. @default none */
	readonly dropped?: () => number;
	/** The budget of the gate, in bytes. */
	readonly budget: number;
	/** How long an operator may keep the gate shut without letting one example out, in ms. @default 30000 */
	readonly patience?: number;
}

/**
 * Watches an operator that has declared as many examples out as in: what is missing is being held, and is counted.
 *
 * An operator that lets no example out while most of a full budget is held by it would stop the stream for ever; it is
 * named in an error instead. So is one that lets out more than came in, or ends with some missing.
 * @throws OPERATOR_CARDINALITY, OPERATOR_HOLDS, to the subscriber
 */
export const counted = (
	operator: OperatorFunction<Example, Example>,
	{name, meter, budget, dropped = () => 0, patience = 30_000}: CountedOptions,
): OperatorFunction<Example, Example> => source => new Observable(subscriber => {
	let incoming = 0;
	let outgoing = 0;
	let size = 0;
	let reported = 0;
	/** Above 0 while the operator is being given an example: what it lets out at once was never held. */
	let depth = 0;
	let timer: NodeJS.Timeout | undefined;

	const disarm = (): void => {
		clearTimeout(timer);
		timer = undefined;
	};

	const complain = (): void => {
		subscriber.error(createError('OPERATOR_HOLDS', {
			operator: name, held: incoming - outgoing - dropped(), bytes: reported, seconds: patience / 1000,
		}));
	};

	const settle = (): void => {
		const held = (incoming - outgoing - dropped()) * size;
		if (held !== reported) {
			const change = held - reported;
			reported = held;
			meter.add(change);
		}

		if (meter.held < budget || reported * 2 < budget) {
			disarm();
		} else {
			timer ??= setTimeout(complain, patience);
		}
	};

	const input = new Observable<Example>(inner => source.subscribe({
		next(example) {
			incoming++;
			if (size === 0) {
				size = exampleBytes(example);
			}

			depth++;
			try {
				inner.next(example);
			} finally {
				depth--;
			}

			if (depth === 0 && !subscriber.closed) {
				settle();
			}
		},
		error(error: unknown) {
			inner.error(error);
		},
		complete() {
			inner.complete();
		},
	}));

	subscriber.add(() => {
		disarm();
		if (reported > 0) {
			const bytes = reported;
			reported = 0;
			meter.add(-bytes);
		}
	});

	subscriber.add(operator(input).subscribe({
		next(example) {
			outgoing++;
			if (outgoing + dropped() > incoming) {
				subscriber.error(createError('OPERATOR_CARDINALITY', {operator: name, incoming, outgoing}));
				return;
			}

			disarm();
			subscriber.next(example);
			if (depth === 0 && !subscriber.closed) {
				settle();
			}
		},
		error(error: unknown) {
			subscriber.error(error);
		},
		complete() {
			if (outgoing + dropped() === incoming) {
				subscriber.complete();
			} else {
				subscriber.error(createError('OPERATOR_CARDINALITY', {operator: name, incoming, outgoing}));
			}
		},
	}));
});
