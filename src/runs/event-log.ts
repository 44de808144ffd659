import {inTime} from '../errors/in-time.ts';
import type {EventBody, RunEvent} from '../events/schema.ts';
import type {EventSink} from '../sinks/sink.ts';

/** Stamps the events of one run and hands them to every sink, in order. */
export interface EventLog {
	readonly emit: (body: EventBody) => void;
	/** Resolves when every sink has taken what was emitted. Rejects with the first fault of a sink. */
	readonly flush: () => Promise<void>;
	/** Makes what was emitted durable. Rejects with the first fault of a sink, or with NO_PROGRESS when one does not come back. */
	readonly sync: () => Promise<void>;
	/** Never resolves; rejects with the first fault of a sink. */
	readonly failed: Promise<never>;
	/** Closes every sink once it has taken what was emitted. @throws NO_PROGRESS when one does not come back */
	readonly close: () => Promise<void>;
}

/** Why a wait for them is long. */
const state = 'one of them does not come back';

/** Opens the log of a run over its sinks; the first event has the number `first`. */
export const createEventLog = (sinks: readonly EventSink[], {first = 0, deadlineMs = 120_000, onEvent}: {
	readonly first?: number;
	/** How long sinks may take to write what was emitted, or to close. @default 120_000 */
	readonly deadlineMs?: number | undefined;
	/** Hears every event at once. */
	readonly onEvent?: (event: RunEvent) => void;
} = {}): EventLog => {
	let sequence = first;
	let reject: (error: unknown) => void;

	const failed = new Promise<never>((_, refuse) => {
		reject = refuse;
	});
	failed.catch(() => {}); // Whoever waits hears of it; nobody may be waiting.
	// A chain for each sink keeps its events in order without making it wait for the others.
	const chains = sinks.map(sink => ({sink, tail: Promise.resolve()}));
	let fault: unknown;

	const append = (chain: {sink: EventSink; tail: Promise<void>}, work: () => void | Promise<void>): void => {
		const before = chain.tail;
		chain.tail = (async () => {
			await before;
			try {
				await work();
			} catch (error) {
				fault ??= error;
				reject(error);
			}
		})();
	};

	const flush = async (): Promise<void> => {
		await Promise.all(chains.map(async ({tail}) => tail));
		if (fault !== undefined) {
			throw fault;
		}
	};

	return {
		emit(body) {
			const event = {v: 1, t: new Date().toISOString(), seq: sequence++, ...body} as RunEvent;
			onEvent?.(event);
			for (const chain of chains) {
				append(chain, () => chain.sink.event(event));
			}
		},
		flush,
		async sync() {
			for (const chain of chains) {
				append(chain, async () => chain.sink.sync?.());
			}

			await inTime(flush(), {stage: 'writing the events', state, deadlineMs});
		},
		failed,
		async close() {
			for (const chain of chains) {
				append(chain, async () => chain.sink.close());
			}

			await inTime(flush(), {stage: 'closing the sinks', state, deadlineMs});
		},
	};
};
