import process from 'node:process';
import type {Definition} from '../definition/schema.ts';
import {console as consoleSink} from '../sinks/console.ts';
import {events} from '../sinks/events.ts';
import {metrics} from '../sinks/metrics.ts';
import type {EventSink, EventSinkContext} from '../sinks/sink.ts';
import type {RunOptions} from './types.ts';

/** Built-in event sinks by name. The report is drawn at the end of a run and is none of them. */
const builtIn = {console: consoleSink, metrics};

/** Opens the event sinks of a definition; the event file is always one of them. */
export const openEventSinks = async (definition: Definition, directory: string, options: RunOptions): Promise<readonly EventSink[]> => {
	const context: EventSinkContext = {
		directory,
		stderr: process.stderr,
		progress: options.progress ?? 'plain',
		color: options.color ?? false,
	};
	const named = definition.sinks.filter((sink): sink is {readonly name: keyof typeof builtIn; readonly options: Record<string, never>} => sink.name in builtIn);
	return Promise.all([
		events.create({}, context),
		...named.map(async ({name, options: own}) => builtIn[name].create(own, context)),
	]);
};
