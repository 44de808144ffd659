import {createRequire} from 'node:module';
import {MessageChannel} from 'node:worker_threads';
import type * as Ort from 'onnxruntime-node';
import {firstLineOf} from '../../errors/thrown.ts';
import {createError} from '../../errors/threadloom-error.ts';

/** Name of the output of a graph that ends in a sequence. */
export const sequenceName = 'sequence';

/** A loaded graph with one thread of its own. */
export interface Session {
	readonly run: (feeds: Readonly<Record<string, Ort.Tensor>>, fetches: Readonly<Record<string, Ort.Tensor>>) => void | Promise<void>;
	readonly release: () => Promise<void>;
}

interface OpenOptions {
	/** The graph ends in a sequence, and its outputs stay where the runtime wrote them. @default false */
	readonly isUncopied?: boolean;
	/** Leaves the graph as it is: nothing to fuse in it is worth the time that looking for it takes. @default false */
	readonly isFinal?: boolean;
}

/** The native library, loaded in this thread. */
export interface Runtime {
	readonly version: string;
	readonly tensor: (type: 'float32' | 'uint8' | 'int8' | 'int16' | 'int32' | 'float64', data: Ort.Tensor['data'], dims: readonly number[]) => Ort.Tensor;
	readonly open: (graph: Uint8Array, options?: OpenOptions) => Promise<Session>;
}

const sessionOptions: Ort.InferenceSession.SessionOptions = {
	executionProviders: ['cpu'],
	intraOpNumThreads: 1,
	interOpNumThreads: 1,
	executionMode: 'sequential',
	logSeverityLevel: 4,
};

/** The part of the package's inner binding that is used: its `run` is the synchronous call. */
interface Binding {
	readonly initOrt: () => void;
	readonly binding: {readonly InferenceSession: new () => {
		loadModel: (buffer: ArrayBufferLike, byteOffset: number, byteLength: number, options: Ort.InferenceSession.SessionOptions) => void;
		run: (feeds: object, fetches: object, options: object) => Readonly<Record<string, Ort.Tensor>>;
		dispose: () => void;
	};};
}

/**
 * The package's binding without the trip through the event loop that its public `run` makes. It is not documented, so
 * its absence is no error.
 */
const loadBinding = (require: NodeJS.Require): Binding | undefined => {
	try {
		const loaded = require('onnxruntime-node/dist/binding') as Partial<Binding>;
		return typeof loaded.initOrt === 'function' && typeof loaded.binding?.InferenceSession === 'function' ? loaded as Binding : undefined;
	} catch {
		return undefined;
	}
};

/** Copies smaller than this are left to the garbage collector. */
const leastFreed = 65_536;

/**
 * Makes a function that frees the copies which the binding makes of outputs that were written in place.
 *
 * Left to the garbage collector, they pile up to tens of megabytes, each on pages that the system has to clear first,
 * which takes as long as a product of matrices. To transfer memory to a closed port is to free it.
 */
const createFree = (): ((outputs: Readonly<Record<string, Ort.Tensor>>, fetches: Readonly<Record<string, Ort.Tensor>>) => void) => {
	const {port1} = new MessageChannel();
	port1.close();
	const bufferOf = ({data}: Ort.Tensor): ArrayBuffer => (data as Float32Array).buffer as ArrayBuffer;
	return (outputs, fetches) => {
		// A binding that hands over what it was given has made no copy.
		const buffers = Object.entries(outputs).filter(([name, output]) => bufferOf(output) !== bufferOf(fetches[name]!)).map(([, output]) => bufferOf(output)).filter(({byteLength}) => byteLength >= leastFreed);
		if (buffers.length > 0) {
			port1.postMessage(undefined, buffers);
		}
	};
};

/** Runs a graph that ends in a sequence: the binding throws when it comes to hand that over, and all is computed by then. */
const runUncopied = (run: () => unknown): void => {
	try {
		run();
	} catch (error) {
		if (error instanceof Error && error.message.includes('Non tensor type')) {
			return;
		}

		throw error;
	}

	throw new Error('The binding handed a sequence over');
};

/** Loads ONNX Runtime. @throws ENGINE_UNAVAILABLE */
export const loadRuntime = async (): Promise<Runtime> => {
	const require = createRequire(import.meta.url);
	let ort: typeof Ort;
	try {
		ort = require('onnxruntime-node') as typeof Ort;
	} catch (error) {
		throw createError('ENGINE_UNAVAILABLE', {
			engine: 'onnx',
			reason: `onnxruntime-node does not load (${firstLineOf(error)})`,
		}, {cause: error});
	}

	const direct = loadBinding(require);
	const free = createFree();
	const {version} = require('onnxruntime-node/package.json') as {version: string};
	return {
		version,
		tensor: (type, data, dims) => new ort.Tensor(type, data as Float32Array, dims),
		async open(graph, {isUncopied = false, isFinal = false} = {}) {
			const options: Ort.InferenceSession.SessionOptions = {...sessionOptions, graphOptimizationLevel: isFinal ? 'disabled' : 'all'};
			if (direct === undefined) {
				if (isUncopied) {
					throw new Error('The package has no inner binding'); // Only this one is known to leave outputs alone.
				}

				const session = await ort.InferenceSession.create(graph, options);
				return {
					async run(feeds, fetches) {
						await session.run(feeds, fetches);
					},
					release: async () => session.release(),
				};
			}

			direct.initOrt();
			const session = new direct.binding.InferenceSession();
			session.loadModel(graph.buffer, graph.byteOffset, graph.byteLength, options);
			return {
				run(feeds, fetches) {
					if (isUncopied) {
						runUncopied(() => session.run(feeds, {[sequenceName]: null, ...fetches}, {})); // First, before any output is copied.
					} else {
						free(session.run(feeds, fetches, {}), fetches);
					}
				},
				async release() {
					session.dispose();
				},
			};
		},
	};
};
