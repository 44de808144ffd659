import type {OperatorFunction, Subscriber, Subscription} from 'rxjs';
import type {ThreadloomError} from '../errors/threadloom-error.ts';
import {Observable} from '../stream/rx.ts';
import type {Example} from '../tensor/example.ts';

/**
 * Runs a guarded operator so that a record on which it fails is left out, and the stream goes on with the next one.
 *
 * The operator is applied anew after a failure. What failed must be the record that it was just given, and nothing else
 * may be on its way through it: a failure at any other time ends the stream, as what it belongs to cannot be told.
 */
export const resilient = (
	operator: OperatorFunction<Example, Example>,
	{reject, holds}: {
		readonly reject: (example: Example, error: ThreadloomError) => void;
		/** Whether the operator lets out as many as come in, so that what is on its way can be counted. */
		readonly holds: boolean;
	},
): OperatorFunction<Example, Example> => source => new Observable(subscriber => {
	let inner: Subscriber<Example> | undefined;
	let running: Subscription | undefined;
	let current: Example | undefined;
	let failure: {readonly error: unknown} | undefined;
	let inside = 0;
	let upstream = false;

	const start = (): void => {
		running = operator(new Observable<Example>(given => {
			inner = given;
		})).subscribe({
			next(example) {
				inside--;
				subscriber.next(example);
			},
			error(error: unknown) {
				if (current === undefined || upstream || (holds && inside > 1)) {
					subscriber.error(error);
				} else {
					failure = {error};
				}
			},
			complete() {
				subscriber.complete();
			},
		});
		subscriber.add(running);
	};

	start();
	if (subscriber.closed) {
		return;
	}

	subscriber.add(source.subscribe({
		next(example) {
			current = example;
			inside++;
			inner!.next(example);
			current = undefined;
			if (failure === undefined || subscriber.closed) {
				return;
			}

			const {error} = failure;
			failure = undefined;
			inside = 0;
			try {
				reject(example, error as ThreadloomError);
			} catch (error_) {
				subscriber.error(error_);
				return;
			}

			if (running !== undefined) {
				subscriber.remove(running);
			}

			start();
		},
		error(error: unknown) {
			upstream = true;
			inner!.error(error);
		},
		complete() {
			inner!.complete();
		},
	}));
});
