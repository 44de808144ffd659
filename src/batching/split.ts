import {derive, keyOf} from '../random/generator.ts';
import {createPermutation} from '../random/permutation.ts';

export interface SplitOptions {
	readonly seed: number;
	/** Share of the records that goes to validation. */
	readonly fraction: number;
	/** Whether each class gives its share; needs `labels`. */
	readonly stratify: boolean;
	/** Records in all. */
	readonly count: number;
	/** Class index of each record. */
	readonly labels?: ArrayLike<number> | undefined;
}

/** The size of the validation share: ⌊n · fraction⌋, where the product of two decimals may have come out a hair too small. */
export const shareOf = (count: number, fraction: number): number => Math.floor((count * fraction) + 1e-9);

/** How many of each class, so that they add up to the whole share: what is left goes to the largest remainders. */
const quotas = (sizes: ReadonlyMap<number, number>, fraction: number, wanted: number): ReadonlyMap<number, number> => {
	const shares = [...sizes].map(([label, size]) => ({
		label, size, quota: shareOf(size, fraction), remainder: (size * fraction) % 1,
	}));
	let missing = wanted - shares.reduce((sum, {quota}) => sum + quota, 0);
	for (const share of shares.toSorted((a, b) => b.remainder - a.remainder || a.label - b.label)) {
		if (missing > 0 && share.quota < share.size) {
			share.quota++;
			missing--;
		}
	}

	return new Map(shares.map(({label, quota}) => [label, quota]));
};

/**
 * Decides for every record whether it belongs to validation (1) or to training (0).
 *
 * Exactly ⌊count · fraction⌋ records do; which ones is a keyed permutation of the record numbers, so it depends on seed,
 * count and, when stratified, on the labels alone.
 */
export const splitMembership = ({seed, fraction, stratify, count, labels}: SplitOptions): Uint8Array => {
	const membership = new Uint8Array(count);
	const wanted = shareOf(count, fraction);
	const key = derive(keyOf(seed), 'validation');
	const order = createPermutation(key, count);
	if (!stratify) {
		for (let position = 0; position < wanted; position++) {
			membership[order.at(position)] = 1;
		}

		return membership;
	}

	if (labels?.length !== count) {
		throw new RangeError(`Expected \`labels\` to have one class index for each of ${count} records. Received: ${labels?.length ?? 'none'}`);
	}

	const sizes = new Map<number, number>();
	for (let record = 0; record < count; record++) {
		sizes.set(labels[record]!, (sizes.get(labels[record]!) ?? 0) + 1);
	}

	const left = new Map(quotas(sizes, fraction, wanted));
	for (let position = 0; position < count; position++) {
		const record = order.at(position);
		const open = left.get(labels[record]!)!;
		if (open > 0) {
			left.set(labels[record]!, open - 1);
			membership[record] = 1;
		}
	}

	return membership;
};
