import {messageOf} from '../errors/thrown.ts';
import {createError, ThreadloomError} from '../errors/threadloom-error.ts';
import {checkSink, sinkOf} from '../schema/sink-module.ts';
import {checkSinkOptions} from '../schema/sink-options.ts';
import type {Example, ExampleSpec} from '../tensor/example.ts';

/** A record sink as a definition names it. Plain data. */
export interface NamedSink {
	/** `file:` address of a module of this package, or a path as the definition names it. */
	readonly module: string;
	/** Name of the export. @default default */
	readonly name?: string;
	readonly options: unknown;
	/** Where its options stand in the definition. */
	readonly at: ReadonlyArray<string | number>;
	/** The run directory. */
	readonly directory: string;
}

interface Sink {
	readonly write: (example: Example) => void | Promise<void>;
	readonly finish: () => Promise<unknown>;
}

interface SinkDefinition {
	readonly create: (options: unknown, context: {readonly directory: string; readonly spec: ExampleSpec}) => Promise<Sink>;
}

/** A sink whose module was loaded and whose options were checked. */
export interface LoadedSink {
	/** As the definition names it, for errors. */
	readonly module: string;
	readonly create: (spec: ExampleSpec) => Promise<Sink>;
}

/** Loads a sink by its module. @throws SINK_MISSING for one of another kind, and the codes of modules and of options */
export const loadSink = async ({module, name = 'default', options, at, directory}: NamedSink, load: (specifier: string) => Promise<unknown>): Promise<LoadedSink> => {
	const namespace: unknown = module.startsWith('file:') ? await import(module) : await load(module);
	const found = sinkOf(name === 'default' ? namespace : {default: (namespace as Readonly<Record<string, unknown>>)[name]}, module);
	if (found.kind !== 'records') {
		throw createError('SINK_MISSING', {count: 0});
	}

	const definition = found as SinkDefinition;
	const checked = checkSinkOptions(found.options, options, {sink: module, at});
	return {module, create: async spec => definition.create(checked, {directory, spec})};
};

/** Writes all examples and answers what the sink came to. @throws SINK_FAILED naming the record that it was given */
export const writeAll = async (examples: AsyncIterable<Example>, {module, create}: LoadedSink, spec: ExampleSpec): Promise<{readonly count: number; readonly result: unknown}> => {
	let count = 0;
	let current: Example | undefined;
	const failure = (error: unknown): ThreadloomError => (error instanceof ThreadloomError
		? error
		: createError('SINK_FAILED', {
			sink: module, kind: 'records', reason: messageOf(error), ...(current && {source: current.source, record: current.index}),
		}, {cause: error}));

	let sink: Sink;
	try {
		sink = checkSink(await create(spec), {kind: 'records', module});
	} catch (error) {
		throw failure(error);
	}

	for await (const example of examples) {
		current = example;
		try {
			const writing = sink.write(example);
			if (writing !== undefined) {
				await writing;
			}
		} catch (error) {
			throw failure(error);
		}

		count++;
	}

	current = undefined;
	try {
		// A value that cannot cross to the main thread is told with the sink's name.
		return {count, result: structuredClone(await sink.finish())};
	} catch (error) {
		throw failure(error);
	}
};
