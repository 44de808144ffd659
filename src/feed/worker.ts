import {parentPort, workerData} from 'node:worker_threads';
import {createError} from '../errors/threadloom-error.ts';
import type {OnEvent} from '../events/schema.ts';
import {fromWire, toWire, type Outcome} from '../errors/wire.ts';
import {openStream, type Stream} from './open-stream.ts';
import type {
	Answer, Calls, Method, Notice, Request, ThreadData,
} from './protocol.ts';
import {runRecordSink} from './run-record-sink.ts';

const port = parentPort!;
const {stage} = workerData as ThreadData;
const calls = new Map<number, AbortController>();
let stream: Stream | undefined;

const onEvent: OnEvent = event => {
	port.postMessage({kind: 'event', event} satisfies Notice);
};

const opened = (): Stream => {
	if (stream === undefined) {
		throw createError('INTERNAL', {reason: 'the stream was used before it was open'});
	}

	return stream;
};

type Methods = {readonly [M in Method]: (argument: Calls[M][0], signal: AbortSignal) => Promise<Calls[M][1]>};

const methods: Methods = {
	async open(options, signal) {
		stream = await openStream(options, {stage, signal, onEvent, hasThread: true});
		return stream.info;
	},
	attach: async ring => opened().attach(ring),
	pass: async (request, signal) => opened().pass(request, {signal}),
	read: async ({split, records}) => opened().read(split, records),
	locate: async request => opened().locate(request),
	preview: async request => opened().preview(request),
	statistics: async () => opened().statistics(),
	searchHoarders: async () => opened().searchHoarders(),
	digests: async () => opened().digests(),
	sink: async (options, signal) => runRecordSink(options, {stage, signal, onEvent}),
	async close() {
		for (const controller of calls.values()) {
			controller.abort(createError('ABORTED', {reason: 'the stream was closed'}));
		}

		await stream?.close();
	},
};

const run = async (method: Method, argument: unknown, signal: AbortSignal): Promise<Outcome<unknown>> => {
	try {
		// The caller's side of the protocol pairs each method with its argument.
		const work = methods[method] as (argument: unknown, signal: AbortSignal) => Promise<unknown>;
		return {ok: true, value: await work(argument, signal)};
	} catch (error) {
		return {ok: false, error: toWire(error)};
	}
};

const answer = async (id: number, method: Method, argument: unknown): Promise<void> => {
	const controller = new AbortController();
	calls.set(id, controller);
	const outcome = await run(method, argument, controller.signal);
	calls.delete(id);
	try {
		port.postMessage({kind: 'answer', id, outcome} satisfies Answer);
	} catch (error) {
		// What an operator or a sink answered may not be plain data.
		port.postMessage({kind: 'answer', id, outcome: {ok: false, error: toWire(createError('INTERNAL', {reason: String(error)}))}} satisfies Answer);
	}

	if (method === 'close') {
		port.close();
	}
};

port.on('message', (request: Request) => {
	if (request.kind === 'abort') {
		calls.get(request.id)?.abort(fromWire(request.reason));
		return;
	}

	void answer(request.id, request.method, request.argument);
});
