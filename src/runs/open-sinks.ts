import process from 'node:process';
import type {Definition} from '../definition/schema.ts';
import {nearest} from '../definition/nearest.ts';
import {createError} from '../errors/threadloom-error.ts';
import {createModuleLoader} from '../feed/module-loader.ts';
import {console as consoleSink} from '../sinks/console.ts';
import {events} from '../sinks/events.ts';
import {metrics} from '../sinks/metrics.ts';
import {rejected} from '../sinks/rejected.ts';
import type {EventSink, EventSinkContext, EventSinkDefinition} from '../sinks/sink.ts';
import type {RunOptions} from './types.ts';

/** Built-in event sinks by name. */
const builtIn = {console: consoleSink, metrics, events};
/** Names that are no event sinks: the report is drawn at the end of a run, and statistics take records. */
const others = ['report', 'statistics'];

type AnySink = EventSinkDefinition<unknown> | {readonly kind: 'records'};

/** Whether a sink's name is the path of a module. */
const isPath = (name: string): boolean => name.startsWith('.') || name.startsWith('/');

const check = (name: string, {options: schema}: EventSinkDefinition<unknown>, options: unknown): unknown => {
	const result = schema.safeParse(options);
	if (!result.success) {
		throw createError('SINK_OPTIONS', {sink: name, problems: result.error.issues.map(({message, path}) => `${path.join('.')}: ${message}`)}, {cause: result.error});
	}

	return result.data;
};

/** Opens the event sinks of a definition; the event file is always one of them. @throws SINK_UNKNOWN, SINK_OPTIONS, OPERATOR_REFUSED */
export const openEventSinks = async ({sinks}: Definition, {directory, baseDirectory, options, past}: {
	readonly directory: string;
	/** Folder of the definition, where modules come from. */
	readonly baseDirectory: string;
	readonly options: RunOptions;
	readonly past: EventSinkContext['past'];
}): Promise<readonly EventSink[]> => {
	const context: EventSinkContext = {
		directory,
		stderr: process.stderr,
		progress: options.progress ?? 'plain',
		color: options.color ?? false,
		past,
	};
	const loader = createModuleLoader({baseDirectory, allowed: options.allowOperators ?? []});
	const find = async (name: string): Promise<AnySink | undefined> => {
		if (isPath(name)) {
			return (await loader.load(name) as {readonly default: AnySink}).default;
		}

		if (others.includes(name)) {
			return undefined;
		}

		const sink = Object.hasOwn(builtIn, name) ? builtIn[name as keyof typeof builtIn] : undefined;
		if (sink === undefined) {
			const near = nearest(name, [...Object.keys(builtIn), ...others]);
			throw createError('SINK_UNKNOWN', {sink: name, ...(near !== undefined && {nearest: near})});
		}

		return sink as EventSinkDefinition<unknown>;
	};

	const opened: EventSink[] = [await events.create({}, context), await rejected.create({}, context)];
	for (const {name, options: given} of sinks) {
		const sink = name === 'events' ? undefined : await find(name);
		if (sink?.kind === 'events') {
			opened.push(await sink.create(check(name, sink, given), context));
		}
	}

	return opened;
};
