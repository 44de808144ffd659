import path from 'node:path';
import {writeDurably} from '../checkpoints/durable-write.ts';
import type {LoadedDefinition} from '../definition/load.ts';
import {createError} from '../errors/threadloom-error.ts';
import type {EventBody} from '../events/schema.ts';
import {feedRecordSink} from '../feed/create-feed.ts';
import {streamEvent} from './bottleneck.ts';
import {feedOptions} from './open-feed.ts';
import {withPlaces, type Written} from './placed.ts';
import type {RunOptions} from './types.ts';

/** Record sinks that are built in, by name: the module that holds each and the export in it. */
const builtIn: Readonly<Record<string, {readonly module: string; readonly name: string}>> = {
	statistics: {module: new URL('../sinks/statistics.js', import.meta.url).href, name: 'statistics'},
};
/** Sinks that hear events and take no records. */
const eventSinks = new Set(['console', 'metrics', 'report', 'events']);

/** Streams the records of a pipeline without a model once into its record sink, and keeps what the sink came to. */
export const streamRecords = async ({loaded, options, seed, directory, runId, signal, emit}: {
	readonly loaded: Pick<LoadedDefinition, 'definition' | 'baseDirectory'> & Written;
	readonly options: RunOptions;
	readonly seed: number;
	readonly directory: string;
	readonly runId: string;
	readonly signal: AbortSignal;
	readonly emit: (event: EventBody) => void;
}): Promise<unknown> => {
	const {definition} = loaded;
	const [sink, ...others] = definition.sinks.filter(({name}) => !eventSinks.has(name));
	if (sink === undefined || others.length > 0) {
		throw createError('SINK_MISSING', {count: sink === undefined ? 0 : others.length + 1});
	}

	emit({type: 'run', runId, name: definition.name, seed, examples: {}});
	emit({type: 'phase', phase: 'stream', state: 'start'});
	const {batches, fuse, ...shared} = feedOptions(loaded, seed, options);
	const module = builtIn[sink.name] ?? {module: sink.name};
	const at = ['sinks', definition.sinks.indexOf(sink), sink.name];
	const reply = await withPlaces(loaded, async () => feedRecordSink({...shared, sink: {...module, options: sink.options, at, directory}}, {signal, onEvent: emit}));
	emit({type: 'phase', phase: 'stream', state: 'end'});
	emit(streamEvent(reply.statistics));
	await writeDurably(path.join(directory, `${path.parse(sink.name).name}.json`), [Buffer.from(`${JSON.stringify(reply.result, undefined, '\t')}\n`)]);
	return reply.result;
};
