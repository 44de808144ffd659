import type {Span} from './engine.ts';

/** Parameters of one tile of the sum and the update. */
export const blockSize = 16_384;

/** Cuts a range into blocks. */
export const blocksOf = ({from, to}: Span): readonly Span[] =>
	Array.from({length: Math.ceil((to - from) / blockSize)}, (_, block) => ({from: from + block * blockSize, to: Math.min(from + (block + 1) * blockSize, to)}));

/** The ranges of [0, length) between some that are in order and do not overlap. */
export const spansBetween = (spans: readonly Span[], length: number): readonly Span[] => {
	const edges = [0, ...spans.flatMap(({from, to}) => [from, to]), length];
	return Array.from({length: spans.length + 1}, (_, gap) => ({from: edges[2 * gap]!, to: edges[2 * gap + 1]!})).filter(({from, to}) => from < to);
};
