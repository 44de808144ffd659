import {TransientFailure} from './failure.ts';

/** Waits no longer than a deadline. `late` runs when it passes. @throws TransientFailure */
export const withDeadline = async <T>(work: Promise<T>, {milliseconds, reason, late}: {
	readonly milliseconds: number;
	readonly reason: string;
	readonly late: (error: Error) => void;
}): Promise<T> => {
	let timer: NodeJS.Timeout | undefined;
	const deadline = new Promise<never>((_resolve, reject) => {
		timer = setTimeout(() => {
			const failure = new TransientFailure(reason);
			reject(failure);
			late(failure);
		}, milliseconds);
	});
	try {
		return await Promise.race([work, deadline]);
	} finally {
		clearTimeout(timer);
	}
};

/** Judges the pace of a body by the time that it lets its reader wait. */
export interface RateCheck {
	/** @throws TransientFailure when too little came for too long */
	readonly add: (bytes: number, waited: number) => void;
}

/** Makes the judge: once `window` ms were waited, they must have brought `rate` bytes a second. */
export const createRateCheck = ({rate, window}: {readonly rate: number; readonly window: number}): RateCheck => {
	let waited = 0;
	let received = 0;
	return {
		add(bytes, milliseconds) {
			waited += milliseconds;
			received += bytes;
			if (waited < window) {
				return;
			}

			const reached = received / (waited / 1000);
			if (reached < rate) {
				throw new TransientFailure(`the body brings ${Math.floor(reached)} bytes a second, expected ${rate} at least`);
			}

			waited = 0;
			received = 0;
		},
	};
};
