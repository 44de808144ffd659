import {entry} from '../entry.ts';

export const feedErrors = {
	STREAM_LOST: entry(
		'temporary',
		(d: {reason: string}) => `The thread of the stream ended unexpectedly: ${d.reason}`,
	),
	MEMORY_TOO_SMALL: entry(
		'definition',
		(d: {needed: number; memory: number; parts: string}) =>
			`The stream cannot run within ${d.memory} bytes: it needs ${d.needed} bytes (${d.parts})`,
		() => 'Give it more with --memory, or make batches or the shuffle window smaller.',
	),
	SPLITS_DIFFER: entry(
		'data',
		(d: {split: string; expected: string; received: string}) =>
			`The splits do not fit together: expected ${d.expected} as in training, received ${d.received} (split ${d.split})`,
	),
};
