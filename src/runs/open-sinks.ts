import process from 'node:process';
import type {Definition} from '../definition/schema.ts';
import {messageOf} from '../errors/thrown.ts';
import {createError, ThreadloomError} from '../errors/threadloom-error.ts';
import {createModuleLoader} from '../feed/module-loader.ts';
import {checkSink, sinkOf} from '../schema/sink-module.ts';
import {checkSinkOptions} from '../schema/sink-options.ts';
import {console as consoleSink} from '../sinks/console.ts';
import {events} from '../sinks/events.ts';
import {metrics} from '../sinks/metrics.ts';
import {rejected} from '../sinks/rejected.ts';
import type {EventSink, EventSinkContext, EventSinkDefinition} from '../sinks/sink.ts';
import type {RunOptions} from './types.ts';

/** Built-in event sinks that a definition asks for by name; every run has that of `events.ndjson`. */
const builtIn = {console: consoleSink, metrics} as Readonly<Record<string, EventSinkDefinition<unknown>>>;

type AnySink = EventSinkDefinition<unknown> | {readonly kind: 'records'};

/** Whether a sink's name is the path of a module. */
const isPath = (name: string): boolean => name.startsWith('.') || name.startsWith('/');

/** What event sinks are given of a run. */
export const sinkContext = ({directory, options, past}: {readonly directory: string; readonly options: RunOptions; readonly past: EventSinkContext['past']}): EventSinkContext => ({
	directory,
	stderr: process.stderr,
	progress: options.progress ?? 'plain',
	color: options.color ?? false,
	past,
});

/** A module's own faults carry its name. */
const naming = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
	try {
		return await work();
	} catch (error) {
		throw error instanceof ThreadloomError ? error : createError('SINK_FAILED', {sink: name, reason: messageOf(error)}, {cause: error});
	}
};

const named = (name: string, sink: EventSink): EventSink => ({
	event: async event => naming(name, async () => sink.event(event)),
	...(sink.sync && {sync: async () => naming(name, async () => sink.sync!())}),
	close: async () => naming(name, async () => sink.close()),
});

/** Opens the sinks of events that every run has, whatever its definition names, and that of the caller. */
export const openOwnSinks = async (context: EventSinkContext, {onEvent}: Pick<RunOptions, 'onEvent'>): Promise<readonly EventSink[]> => [
	await events.create({}, context),
	await rejected.create({}, context),
	...(onEvent === undefined ? [] : [named('onEvent', {event: onEvent, async close() {}})]),
];

/** Opens the event sinks that a definition names, once the options of all of them are right. @throws SINK_MODULE, SINK_IDLE, SINK_OPTIONS, SINK_FAILED, OPERATOR_REFUSED */
export const openEventSinks = async ({sinks, model}: Definition, {baseDirectory, options, context}: {
	/** Folder of the definition, where modules come from. */
	readonly baseDirectory: string;
	readonly options: RunOptions;
	readonly context: EventSinkContext;
}): Promise<readonly EventSink[]> => {
	const loader = createModuleLoader({baseDirectory, allowed: options.allowOperators ?? []});
	const find = async (name: string): Promise<AnySink | undefined> => (isPath(name) ? sinkOf(await loader.load(name), name) as AnySink : builtIn[name]);

	const makers: Array<() => Promise<EventSink>> = [];
	for (const [index, {name, options: given}] of sinks.entries()) {
		const sink = await find(name);
		if (sink?.kind === 'records' && model !== undefined) {
			throw createError('SINK_IDLE', {sink: name});
		}

		if (sink?.kind === 'events') {
			const checked = checkSinkOptions(sink.options, given, {sink: name, at: ['sinks', index, name]});
			makers.push(async () => (isPath(name) ? named(name, checkSink(await naming(name, async () => sink.create(checked, context)), {kind: 'events', module: name})) : sink.create(checked, context)));
		}
	}

	const opened: EventSink[] = [];
	try {
		for (const make of makers) {
			opened.push(await make());
		}
	} catch (error) {
		await Promise.allSettled(opened.map(async sink => sink.close()));
		throw error;
	}

	return opened;
};
