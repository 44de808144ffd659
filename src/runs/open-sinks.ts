import process from 'node:process';
import type {Definition} from '../definition/schema.ts';
import {console as consoleSink} from '../sinks/console.ts';
import {events} from '../sinks/events.ts';
import {metrics} from '../sinks/metrics.ts';
import type {EventSink, EventSinkContext, EventSinkDefinition} from '../sinks/sink.ts';
import type {RunOptions} from './types.ts';

/** Built-in event sinks by name. The report is drawn at the end of a run and is none of them. */
const builtIn: Readonly<Record<string, EventSinkDefinition<Record<string, never>>>> = {console: consoleSink, metrics};

/** Opens the event sinks of a definition; the event file is always one of them. */
export const openEventSinks = async (definition: Definition, directory: string, options: RunOptions): Promise<readonly EventSink[]> => {
	const context: EventSinkContext = {
		directory,
		stderr: process.stderr,
		progress: options.progress ?? 'plain',
		color: options.color ?? false,
	};
	const named = definition.sinks.flatMap(({name}) => builtIn[name] ?? []);
	return Promise.all([events, ...named].map(async sink => sink.create({}, context)));
};
