import {createRequire} from 'node:module';
import type * as Ort from 'onnxruntime-node';
import {createError} from '../../errors/threadloom-error.ts';

/** A loaded graph with one thread of its own. */
export interface Session {
	readonly run: (feeds: Readonly<Record<string, Ort.Tensor>>, fetches: Readonly<Record<string, Ort.Tensor>>) => void | Promise<void>;
	readonly release: () => Promise<void>;
}

/** The native library, loaded in this thread. */
export interface Runtime {
	readonly version: string;
	readonly tensor: (type: 'float32' | 'uint8' | 'int8' | 'int16' | 'int32' | 'float64', data: Ort.Tensor['data'], dims: readonly number[]) => Ort.Tensor;
	readonly open: (graph: Uint8Array) => Promise<Session>;
}

const sessionOptions: Ort.InferenceSession.SessionOptions = {
	executionProviders: ['cpu'],
	intraOpNumThreads: 1,
	interOpNumThreads: 1,
	executionMode: 'sequential',
	graphOptimizationLevel: 'all',
	logSeverityLevel: 4,
};

/** The part of the package's inner binding that is used: its `run` is the synchronous call. */
interface Binding {
	readonly initOrt: () => void;
	readonly binding: {readonly InferenceSession: new () => {
		loadModel: (buffer: ArrayBufferLike, byteOffset: number, byteLength: number, options: Ort.InferenceSession.SessionOptions) => void;
		run: (feeds: object, fetches: object, options: object) => void;
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

/** Loads ONNX Runtime. @throws ENGINE_UNAVAILABLE */
export const loadRuntime = async (): Promise<Runtime> => {
	const require = createRequire(import.meta.url);
	let ort: typeof Ort;
	try {
		ort = require('onnxruntime-node') as typeof Ort;
	} catch (error) {
		throw createError('ENGINE_UNAVAILABLE', {
			engine: 'onnx',
			reason: `onnxruntime-node does not load (${error instanceof Error ? error.message.split('\n')[0] : String(error)})`,
		}, {cause: error});
	}

	const direct = loadBinding(require);
	const {version} = require('onnxruntime-node/package.json') as {version: string};
	return {
		version,
		tensor: (type, data, dims) => new ort.Tensor(type, data as Float32Array, dims),
		async open(graph) {
			if (direct === undefined) {
				const session = await ort.InferenceSession.create(graph, sessionOptions);
				return {
					async run(feeds, fetches) {
						await session.run(feeds, fetches);
					},
					release: async () => session.release(),
				};
			}

			direct.initOrt();
			const session = new direct.binding.InferenceSession();
			session.loadModel(graph.buffer, graph.byteOffset, graph.byteLength, sessionOptions);
			return {
				run(feeds, fetches) {
					session.run(feeds, fetches, {});
				},
				async release() {
					session.dispose();
				},
			};
		},
	};
};
