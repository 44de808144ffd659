import {createError} from '../errors/threadloom-error.ts';
import type {OnEvent} from '../events/schema.ts';
import {createMeter, type Meter} from '../stream/meter.ts';
import {createAllowance, createCachedSource, type Allowance, type CachedSource} from './cached-source.ts';
import {isEndless} from './epoch-length.ts';
import type {HoardWatch} from './hoard-watch.ts';
import {createLanes, type Lanes} from './lanes.ts';
import {linksOf, watchLinks} from './links.ts';
import type {DescribedSource} from './open-sources.ts';
import type {InThreadFeedOptions} from './options.ts';
import type {StreamPlan} from './plan-stream.ts';
import {rejectFrom} from './readable-only.ts';
import {createRejects, type Rejects} from './rejects.ts';
import {createStage, type Stage} from './stage.ts';

/** What all passes of one stream share, from its opening to its end. */
export interface StreamParts extends StreamPlan {
	readonly stage: Stage;
	readonly rejects: Rejects;
	/** Of the decoded records. */
	readonly allowance: Allowance;
	/** Counts the chunks that were read and not yet let go. */
	readonly chunks: Meter;
	readonly cached: Readonly<Partial<Record<'train' | 'test', CachedSource>>>;
	/** Over what the operators of users keep, in a thread that is the stream's alone. */
	readonly watch: HoardWatch | undefined;
	readonly lanes: Lanes;
	/** Aborted when the stream is closed. */
	readonly closing: AbortSignal;
	readonly close: () => Promise<void>;
}

/** Makes what a planned stream needs before anything but headers is read. */
export const createParts = (
	{memory, samples = 'fail', rejected}: Pick<InThreadFeedOptions, 'memory' | 'samples' | 'rejected'>,
	planned: StreamPlan,
	{stage: stageMemory, onEvent, hasThread}: {readonly stage: SharedArrayBuffer; readonly onEvent: OnEvent | undefined; readonly hasThread: boolean},
): StreamParts => {
	const {described, plan, budgets} = planned;
	const controller = new AbortController();
	const {signal: closing} = controller;
	const stage = createStage(stageMemory);
	const rejects = createRejects(samples, {before: rejected, sources: Object.values(described), onEvent});
	const allowance = createAllowance(budgets.cache);
	const chunks = createMeter();
	const cache = ({source, spec}: DescribedSource): CachedSource => createCachedSource({
		source, spec, chunkBytes: budgets.chunk, allowance, meter: chunks, keeps: !isEndless(spec.count), reject: rejectFrom(source.id, rejects), signal: closing,
	});
	const cached = {
		...(described.train && {train: cache(described.train)}),
		...(described.test && {test: cache(described.test)}),
	};
	const watch = hasThread ? watchLinks(linksOf(plan), {memory, accounted: allowance.taken, stage, onEvent}) : undefined;
	const lanes = createLanes(closing);
	return {
		...planned,
		stage,
		rejects,
		allowance,
		chunks,
		cached,
		watch,
		lanes,
		closing,
		async close() {
			watch?.close();
			controller.abort(createError('ABORTED', {reason: 'the stream was closed'}));
			await lanes.idle();
			await Promise.all([cached.train?.close(), cached.test?.close()]);
		},
	};
};
