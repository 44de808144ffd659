import type {OnEvent} from '../events/schema.ts';
import {readOperatorConfig} from '../operators/resolve.ts';
import type {OperatorConfig} from '../operators/schema.ts';
import type {Feed} from './feed.ts';
import type {FeedOptions, InThreadFeedOptions} from './options.ts';
import type {RecordSinkOptions, RecordSinkReply} from './run-record-sink.ts';
import {allocateStage} from './stage.ts';
import {startStreamThread} from './thread.ts';
import {watchPasses} from './watch-passes.ts';

export interface FeedStart {
	/** Ends the opening; what runs later has signals of its own. */
	readonly signal: AbortSignal;
	/** How long an operator may keep the stream's thread with one record, in ms. @default 60_000 */
	readonly patience?: number;
	/** Hears of what happens on the way. */
	readonly onEvent?: OnEvent | undefined;
}

const namesOf = (operators: readonly OperatorConfig[]): readonly string[] => operators.map(config => readOperatorConfig(config).name);

/**
 * Opens the stream in a thread of its own.
 *
 * @throws the codes of sources and operators, MEMORY_TOO_SMALL, SPLITS_DIFFER, CLASSES_DIFFER, STREAM_LOST, ABORTED
 */
export const createFeed = async (options: FeedOptions, {signal, ...watch}: FeedStart): Promise<Feed> => {
	const thread = startStreamThread({operators: namesOf(options.operators), ...watch});
	try {
		const info = await thread.call('open', options, {signal});
		return {
			info,
			...watchPasses({
				attach: async ring => thread.call('attach', ring),
				pass: async (request, {signal: asked}) => thread.call('pass', request, {signal: asked}),
				lost: thread.failed,
			}),
			read: async (split, records) => thread.call('read', {split, records}),
			locate: async request => thread.call('locate', request),
			preview: async request => thread.call('preview', request),
			statistics: async () => thread.call('statistics', undefined),
			searchHoarders: async () => thread.call('searchHoarders', undefined),
			digests: async () => thread.call('digests', undefined),
			close: thread.close,
		};
	} catch (error) {
		await thread.close();
		throw error;
	}
};

/**
 * Opens the stream in the calling thread, for operators given as functions: what they compute delays everything else
 * there, and one that does not come to an end cannot be stopped.
 *
 * @throws the codes of sources and operators, MEMORY_TOO_SMALL, SPLITS_DIFFER, CLASSES_DIFFER, ABORTED
 */
export const createInThreadFeed = async (options: InThreadFeedOptions, {signal, onEvent}: Pick<FeedStart, 'signal' | 'onEvent'>): Promise<Feed> => {
	const {openStream} = await import('./open-stream.ts'); // With all it reads and decodes by, which a thread of its own has for itself.
	const stream = await openStream(options, {stage: allocateStage(), signal, onEvent});
	return {...stream, ...watchPasses(stream)};
};

/**
 * Streams the training data once into a record sink, in a thread of its own, and answers what the sink came to.
 *
 * @throws the codes of sources and operators, MEMORY_TOO_SMALL, STREAM_LOST, ABORTED
 */
export const feedRecordSink = async (options: RecordSinkOptions, {signal, ...watch}: FeedStart): Promise<RecordSinkReply> => {
	const thread = startStreamThread({operators: namesOf(options.operators), ...watch});
	try {
		return await thread.call('sink', options, {signal});
	} finally {
		await thread.close();
	}
};
