import type {SplitName} from '../batching/pass.ts';
import {createError} from '../errors/threadloom-error.ts';
import type {OnEvent} from '../events/schema.ts';
import type {ExampleSpec} from '../tensor/example.ts';
import type {Feed, StreamStatistics} from './feed.ts';
import {linksOf} from './links.ts';
import {openSplits, type OpenSplit, type OpenSplits} from './open-splits.ts';
import type {InThreadFeedOptions} from './options.ts';
import {planStream} from './plan-stream.ts';
import {previewExamples} from './preview-examples.ts';
import {readRecords} from './read-records.ts';
import {runPass, type PassContext} from './run-pass.ts';
import {workOf} from './stage.ts';
import {createParts, type StreamParts} from './stream-parts.ts';
import {withPlace} from './with-place.ts';

/** A feed without its watch over the thread that it runs in. */
export type Stream = Omit<Feed, 'failed'>;

/**
 * Opens the stream in this thread: reads headers, plans and fits operators, splits the validation share off.
 *
 * @throws the codes of sources and operators, MEMORY_TOO_SMALL, SOURCE_ENDLESS, SPLITS_DIFFER, CLASSES_DIFFER
 */
export const openStream = async (
	options: InThreadFeedOptions,
	{stage, signal, onEvent, hasThread = false}: {
		readonly stage: SharedArrayBuffer;
		readonly signal: AbortSignal;
		readonly onEvent?: OnEvent | undefined;
		/** Whether the thread is the stream's alone, so that what it keeps is the stream's. @default false */
		readonly hasThread?: boolean;
	},
): Promise<Stream> => {
	const planned = await planStream(options, {signal, onEvent});
	const parts = createParts(options, planned, {stage, onEvent, hasThread});
	try {
		const opened = await openSplits(options, parts, {signal: AbortSignal.any([signal, parts.closing])});
		return serve(options, parts, opened);
	} catch (error) {
		await parts.close();
		throw error;
	}
};

/** What can be asked of an open stream. */
const serve = ({batches}: InThreadFeedOptions, parts: StreamParts, {splits, states, input, tally}: OpenSplits): Stream => {
	const {loader, cached, lanes, watch, closing: signal, close} = parts;
	let ringBytes = 0;

	const contextOf = (split: SplitName): PassContext => {
		const open = splits[split];
		if (open === undefined) {
			throw createError('INTERNAL', {reason: `records of "${split}" were asked for, but there is no such split`});
		}

		return open.context;
	};

	return {
		info: {
			splits: specsOf(splits, ({spec}) => spec),
			sources: specsOf(splits, ({context}) => context.set.cached.spec),
			input,
			operatorStates: states,
			operatorDigests: loader.digests(),
		},
		async attach(ring) {
			lanes.attach(ring);
			ringBytes = Object.values(ring).reduce((sum, {data}) => sum + data.byteLength, 0);
			// A shuffled pass begins when everything is decoded: that need not wait until the pass is asked for.
			if (ring.train !== undefined && batches.shuffle === 'global') {
				cached.train?.complete({signal}).catch(() => undefined);
			}
		},
		async pass(request, {signal: asked}) {
			const context = contextOf(request.split);
			return lanes.queue(request, async (writer, both) => runPass(context, request, {writer, signal: both}).catch((error: unknown) => {
				throw withPlace(error, context.set.cached.source);
			}), {signal: asked});
		},
		read: async (split, records) => readRecords(contextOf(split).set.cached, records, {signal}),
		locate: async ({split, record, part}) => contextOf(split).set.cached.source.locate?.(record, part),
		preview: async request => previewExamples(contextOf(request.split), request, {signal}),
		statistics: async () => statisticsOf(parts, tally, ringBytes),
		async searchHoarders() {
			watch?.search();
		},
		digests: async () => ({...cached.train?.source.digests(), ...cached.test?.source.digests()}),
		close,
	};
};

const specsOf = (splits: OpenSplits['splits'], specOf: (split: OpenSplit) => ExampleSpec): Readonly<Partial<Record<SplitName, ExampleSpec>>> =>
	Object.fromEntries(Object.entries(splits).map(([name, split]) => [name, specOf(split)]));

const statisticsOf = ({plan, stage, chunks, allowance, rejects, first}: StreamParts, {trainingMs, waitingMs, peaks}: OpenSplits['tally'], ring: number): StreamStatistics => ({
	operators: workOf(linksOf(plan), stage),
	seconds: trainingMs / 1000,
	waitingSeconds: waitingMs / 1000,
	peaks: {
		'chunks in flight': chunks.peak,
		'between reader and ring': peaks.held,
		'shuffle window': peaks.window,
		operators: peaks.operators,
		'waiting for the ring': peaks.waiting,
		'decoded records': allowance.peak(),
		ring,
	},
	rejected: rejects.count(first.source.id), // Of what is trained on: the test may be under way.
});
