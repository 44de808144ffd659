import type {EventBody} from '../events/schema.ts';
import type {StreamStatistics} from '../feed/feed.ts';

/** Below this share of waiting, more data would hardly make training faster. */
const noticeable = 0.1;

const share = (part: number): string => `${Math.round(part * 100)} %`;

/** What kept a training, or without one the stream, from being faster, in words. */
const bottleneckOf = ({operators, seconds, waitingSeconds}: StreamStatistics, waitShare?: number): string => {
	if (waitShare !== undefined && waitShare < noticeable) {
		return `the network: the workers waited for data ${share(waitShare)} of the time`;
	}

	const working = Math.max(0, seconds - waitingSeconds);
	const inOperators = operators.reduce((sum, operator) => sum + operator.seconds, 0);
	const [slowest] = operators.toSorted((a, b) => b.seconds - a.seconds);
	const waited = waitShare === undefined ? '' : `: the workers waited for data ${share(waitShare)} of the time`;
	return slowest === undefined || inOperators * 2 < working
		? `reading and decoding the data${waited}`
		: `the operator ${slowest.name}, ${share(slowest.seconds / Math.max(inOperators, Number.MIN_VALUE))} of the time in operators${waited}`;
};

/** What a stream did as the event that tells it. */
export const streamEvent = (statistics: StreamStatistics, waitShare?: number): EventBody => ({
	type: 'stream', ...statistics, operators: [...statistics.operators], peaks: {...statistics.peaks}, bottleneck: bottleneckOf(statistics, waitShare),
});
