import type {Model} from '../../model/model.ts';
import {sizeOf} from '../../tensor/shape.ts';
import type {Family} from './family.ts';
import {isView} from './first-dense.ts';

/** Bytes of a pass's widest value: with more of them, every operator waits for the memory behind the caches. */
const passBytes = 4 * 2 ** 20;
/** Bytes of an example's byte: it lies in the cache beside itself transposed, for the second product. */
const besideTransposed = 2;
/** Fewer rows are slower for a product than its operands in a cache are faster. */
const leastRows = 256;

/**
 * Rows of a shard that go through its graph at a time: all of them, or equal parts where they are so many that what a
 * layer leaves would not stay in a cache until the next one reads it. A pure function of what decides the bits.
 */
export const rowsOfPass = ({layers}: Pick<Model, 'layers'>, shardRows: number, {readsBytes = false}: Pick<Family, 'readsBytes'> = {}): number => {
	const bytes = layers.filter(layer => !isView(layer)).flatMap(({input, output}, index) => [sizeOf(input) * (readsBytes && index === 0 ? besideTransposed : 4), sizeOf(output) * 4]);
	const fitting = Math.max(leastRows, Math.floor(passBytes / Math.max(...bytes)));
	return shardRows < 2 * fitting ? shardRows : Math.ceil(shardRows / Math.ceil(shardRows / fitting));
};
