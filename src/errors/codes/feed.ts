import {entry} from '../entry.ts';

/** The first few of a list of names, and how many more there are. */
const fewOf = (names: readonly string[]): string => [...names.slice(0, 8), ...(names.length > 8 ? [`${names.length - 8} more`] : [])].join(', ');

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
	CLASSES_DIFFER: entry(
		'data',
		(d: {train: readonly string[]; test: readonly string[]; onlyTrain: readonly string[]; onlyTest: readonly string[]}) => {
			const differences = [
				...(d.onlyTrain.length > 0 ? [`only train has ${fewOf(d.onlyTrain)}`] : []),
				...(d.onlyTest.length > 0 ? [`only test has ${fewOf(d.onlyTest)}`] : []),
			];
			return `The classes of train and test differ, so their numbers do not mean the same: ${differences.length === 0 ? `train has ${fewOf(d.train)}; test has ${fewOf(d.test)}` : differences.join('; ')}`;
		},
		() => 'Name the folders of the classes alike in both, or give both sources the same list, `classes: [NAME, …]`; a class in it may be without images.',
	),
};
