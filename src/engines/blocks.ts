import type {Span} from './engine.ts';

/** Parameters of one tile of the sum and the update at most. */
export const blockSize = 16_384;
/** Blocks come in a multiple of this, so that as many workers have as much to do each. */
const fairParts = 8;
/** Blocks smaller than this are not worth a call. */
const leastBlock = 4096;
/** Elements of a cache line: two blocks share none. */
const alignment = 16;

/** Cuts a range into blocks of equal size, but for the last one. */
export const blocksOf = ({from, to}: Span): readonly Span[] => {
	const length = to - from;
	const step = length >= fairParts * leastBlock ? fairParts : 1;
	const parts = Math.ceil(length / blockSize / step) * step;
	const size = Math.ceil(length / parts / alignment) * alignment;
	return Array.from({length: Math.ceil(length / size)}, (_, block) => ({from: from + block * size, to: Math.min(from + (block + 1) * size, to)}));
};

/** The ranges of [0, length) between some that are in order and do not overlap. */
export const spansBetween = (spans: readonly Span[], length: number): readonly Span[] => {
	const edges = [0, ...spans.flatMap(({from, to}) => [from, to]), length];
	return Array.from({length: spans.length + 1}, (_, gap) => ({from: edges[2 * gap]!, to: edges[2 * gap + 1]!})).filter(({from, to}) => from < to);
};
