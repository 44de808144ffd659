import {createFailure} from '../errors/failure.ts';
import {inTime} from '../errors/in-time.ts';
import type {EventBody, RunEvent} from '../events/schema.ts';
import type {EventSink} from '../sinks/sink.ts';

/** Stamps the events of one run and hands them to every sink, in order. */
export interface EventLog {
	/** The event `end` is kept until the sinks close, and another one takes its place: each hears one last word. */
	readonly emit: (body: EventBody) => void;
	/** Makes what was emitted durable. Rejects with the first fault of a sink that keeps something, or with NO_PROGRESS when one does not come back. */
	readonly sync: () => Promise<void>;
	/** Never resolves; rejects with the first fault of a sink. */
	readonly failed: Promise<never>;
	/** Closes every sink but the first once it has taken what was emitted; what is emitted later, another end too, goes to the first alone. Rejects with the first fault of a sink, or with NO_PROGRESS when one does not come back. */
	readonly finish: () => Promise<void>;
	/** Closes the first sink, and any that is still open, for which it does not wait. Rejects with its fault, or with NO_PROGRESS when it does not come back. */
	readonly close: () => Promise<void>;
}

/** What is still to be done by one sink, in order and without making it wait for the others, and what it failed with first. */
interface Chain {
	readonly sink: EventSink;
	tail: Promise<void>;
	fault: unknown;
	isClosed: boolean;
}

/** Why a wait for them is long. */
const state = 'one of them does not come back';
const closing = {stage: 'closing the sinks', state};

/** Opens the log of a run over its sinks, of which the first keeps what became of the others; the first event has the number `first`. */
export const createEventLog = (sinks: readonly EventSink[], {first = 0, deadlineMs = 120_000, onEvent}: {
	readonly first?: number;
	/** How long sinks may take to write what was emitted, or to close. @default 120_000 */
	readonly deadlineMs?: number | undefined;
	/** Hears every event at once. */
	readonly onEvent?: (event: RunEvent) => void;
} = {}): EventLog => {
	let sequence = first;
	let last: RunEvent | undefined;
	const {failed, fail} = createFailure();
	const chains: Chain[] = sinks.map(sink => ({sink, tail: Promise.resolve(), fault: undefined, isClosed: false}));

	const append = (chain: Chain, work: () => void | Promise<void>): void => {
		const before = chain.tail;
		chain.tail = (async () => {
			await before;
			try {
				await work();
			} catch (error) {
				chain.fault ??= error;
				fail(error);
			}
		})();
	};

	/** Waits for all or for some, and rejects with a fault of these. */
	const drain = async (which: readonly Chain[], waited = chains): Promise<void> => {
		await Promise.all(waited.map(async ({tail}) => tail));
		const broken = which.find(({fault}) => fault !== undefined);
		if (broken !== undefined) {
			throw broken.fault;
		}
	};

	const closeThose = (which: readonly Chain[]): void => {
		for (const chain of which.filter(({isClosed}) => !isClosed)) {
			const end = last;
			if (end !== undefined) {
				append(chain, () => chain.sink.event(end));
			}

			append(chain, async () => chain.sink.close());
			chain.isClosed = true;
		}
	};

	return {
		emit(body) {
			const event = {v: 1, t: new Date().toISOString(), seq: last?.seq ?? sequence++, ...body} as RunEvent;
			onEvent?.(event);
			if (event.type === 'end') {
				last = event;
				return;
			}

			for (const chain of chains.filter(({isClosed}) => !isClosed)) {
				append(chain, () => chain.sink.event(event));
			}
		},
		async sync() {
			const keeping = chains.filter(({sink}) => sink.sync !== undefined);
			for (const chain of keeping) {
				append(chain, async () => chain.sink.sync!());
			}

			await inTime(drain(keeping), {stage: 'writing the events', state, deadlineMs});
		},
		failed,
		async finish() {
			closeThose(chains.slice(1));
			await inTime(drain(chains), {...closing, deadlineMs});
		},
		async close() {
			closeThose(chains);
			const first = chains.slice(0, 1);
			await inTime(drain(first, first), {...closing, deadlineMs});
		},
	};
};
