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
		() => 'Give it more with --memory, the key `memory`, or make batches or the shuffle window smaller.',
	),
	SPLITS_DIFFER: entry(
		'data',
		(d: {split: string; expected: string; received: string}) =>
			`The splits do not fit together: expected ${d.expected} as in training, received ${d.received} (split ${d.split})`,
	),
	CLASSES_DIFFER: entry(
		'data',
		(d: {first: string; other: string; classes: readonly string[]; otherClasses: readonly string[]; onlyFirst: readonly string[]; onlyOther: readonly string[]}) => {
			const differences = [
				...(d.onlyFirst.length > 0 ? [`only ${d.first} has ${fewOf(d.onlyFirst)}`] : []),
				...(d.onlyOther.length > 0 ? [`only ${d.other} has ${fewOf(d.onlyOther)}`] : []),
			];
			return `The classes of ${d.first} and ${d.other} differ, so their numbers do not mean the same: ${differences.length === 0 ? `${d.first} has ${fewOf(d.classes)}; ${d.other} has ${fewOf(d.otherClasses)}` : differences.join('; ')}`;
		},
		() => 'Name the folders of the classes alike, or give all of these sources the same list, `classes: [NAME, …]`, which decides the numbers; a class in it may be without images. A data set of the catalogue has its own names, and operators come after the mixture: for one number that stands for a class of each, give its files without names, `{images: FILE, labels: FILE}`; for the classes of all side by side, give them labels that count on, and one list.',
	),
};
