import {createFailure} from '../errors/failure.ts';
import {messageOf} from '../errors/thrown.ts';
import {createError, type ThreadloomError} from '../errors/threadloom-error.ts';
import type {OnEvent} from '../events/schema.ts';
import {fromWire, toWire} from '../errors/wire.ts';
import {abortError, throwIfAborted} from '../stream/abort.ts';
import type {Answer, Calls, Method, Notice, Request} from './protocol.ts';
import {lookAtStage} from './stage.ts';
import {takeStreamWorker} from './stream-worker.ts';

/** The stream's thread as its caller sees it. */
export interface StreamThread {
	readonly call: <M extends Method>(method: M, argument: Calls[M][0], options?: {readonly signal?: AbortSignal}) => Promise<Calls[M][1]>;
	/** Never resolves; rejects when the thread ends or an operator keeps it. */
	readonly failed: Promise<never>;
	/** Ends the thread, in good order if it answers. */
	readonly close: () => Promise<void>;
}

export interface StreamThreadOptions {
	/** Names of the operators by position, for errors. */
	readonly operators: readonly string[];
	/** How long an operator may keep the thread with one record, in ms. @default 60_000 */
	readonly patience?: number;
	/** Hears of what happens on the way. */
	readonly onEvent?: OnEvent | undefined;
}

interface Pending {
	readonly resolve: (value: unknown) => void;
	readonly reject: (error: unknown) => void;
}

const lookEvery = 250;
const closingGrace = 2000;

/** Starts the stream's thread and watches over it. */
export const startStreamThread = ({operators, patience = 60_000, onEvent = () => undefined}: StreamThreadOptions): StreamThread => {
	const {worker, stage} = takeStreamWorker();
	const pending = new Map<number, Pending>();
	let nextId = 0;
	let fault: ThreadloomError | undefined;
	let isClosing = false;
	const {failed, fail: lose} = createFailure();

	const exited = new Promise<void>(resolve => {
		worker.once('exit', () => {
			resolve();
		});
	});

	const fail = (error: ThreadloomError): void => {
		fault ??= error;
		// What is closed has not failed.
		if (!isClosing) {
			lose(fault);
		}

		for (const call of pending.values()) {
			call.reject(fault);
		}

		pending.clear();
	};

	/** Blames the operator that runs, or the thread. */
	const blame = (reason: string, cause?: unknown): ThreadloomError => {
		const {position, record} = lookAtStage(stage);
		return position === undefined
			? createError('STREAM_LOST', {reason}, {cause})
			: createError('OPERATOR_FAILED', {operator: operators[position] ?? `operator ${position + 1}`, reason, record}, {cause});
	};

	worker.on('message', (message: Answer | Notice) => {
		if (message.kind === 'event') {
			onEvent(message.event);
			return;
		}

		const {id, outcome} = message;
		const call = pending.get(id);
		pending.delete(id);
		if (outcome.ok) {
			call?.resolve(outcome.value);
		} else {
			call?.reject(fromWire(outcome.error));
		}
	});
	worker.on('messageerror', error => {
		fail(createError('STREAM_LOST', {reason: error.message}, {cause: error}));
	});
	worker.on('error', error => {
		fail(blame(messageOf(error), error));
	});
	worker.once('exit', code => {
		clearInterval(watch);
		fail(isClosing ? createError('ABORTED', {reason: 'the stream was closed'}) : blame(`it ended the thread of the stream with exit code ${code}`));
	});

	let seen = -1;
	let since = performance.now();
	const watch = setInterval(() => {
		const {position, given} = lookAtStage(stage);
		const now = performance.now();
		if (position === undefined || given !== seen) {
			seen = given;
			since = now;
		} else if (now - since > patience) {
			clearInterval(watch); // Each call to terminate listens for the end anew, which may take a while.
			fail(blame(`it kept its thread for ${Math.round((now - since) / 1000)} s with one record`));
			void worker.terminate();
		}
	}, Math.min(lookEvery, patience));
	// The worker itself keeps the process alive.
	watch.unref();

	const send = (request: Request): void => {
		worker.postMessage(request);
	};

	const call: StreamThread['call'] = async (method, argument, {signal} = {}) => {
		if (signal !== undefined) {
			throwIfAborted(signal);
		}

		if (fault !== undefined) {
			throw fault;
		}

		const id = nextId++;
		const onAbort = (): void => {
			send({kind: 'abort', id, reason: toWire(abortError(signal!))});
		};

		signal?.addEventListener('abort', onAbort, {once: true});
		try {
			// The thread answers each method with its own kind of value.
			return await new Promise((resolve, reject) => {
				pending.set(id, {resolve: resolve as Pending['resolve'], reject});
				send({
					kind: 'call', id, method, argument,
				});
			});
		} finally {
			pending.delete(id);
			signal?.removeEventListener('abort', onAbort);
		}
	};

	const withinGrace = async (work: Promise<unknown>): Promise<void> => {
		let timer: NodeJS.Timeout | undefined;
		const grace = new Promise<void>(resolve => {
			timer = setTimeout(resolve, closingGrace);
		});
		await Promise.race([work, grace]);
		clearTimeout(timer);
	};

	const end = async (): Promise<void> => {
		isClosing = true;
		if (fault === undefined) {
			await withinGrace(call('close', undefined).catch(() => undefined));
		}

		await withinGrace(exited);
		await worker.terminate();
	};

	let ending: Promise<void> | undefined;
	return {
		call,
		failed,
		async close() {
			ending ??= end();
			await ending;
		},
	};
};
