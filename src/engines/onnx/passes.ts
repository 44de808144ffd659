import type {Model} from '../../model/model.ts';
import {sizeOf} from '../../tensor/shape.ts';

/** Bytes of a pass's widest value: with more of them, every operator waits for the memory behind the caches. */
const passBytes = 4 * 2 ** 20;
/** Fewer rows are slower for a product than its operands in a cache are faster. */
const leastRows = 256;

/**
 * Rows of a shard that go through its graph at a time: all of them, or equal parts where they are so many that what a
 * layer leaves would not stay in a cache until the next one reads it. A pure function of what decides the bits.
 */
export const rowsOfPass = ({layers}: Pick<Model, 'layers'>, shardRows: number): number => {
	const widest = Math.max(...layers.flatMap(({input, output}) => [sizeOf(input), sizeOf(output)]));
	const fitting = Math.max(leastRows, Math.floor(passBytes / (widest * Float32Array.BYTES_PER_ELEMENT)));
	return shardRows < 2 * fitting ? shardRows : Math.ceil(shardRows / Math.ceil(shardRows / fitting));
};
