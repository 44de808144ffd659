import {createRandom, derive, keyOf} from '../random/generator.ts';

export interface MixOptions {
	/** Share of each source, in any unit. */
	readonly weights: readonly number[];
	/** Decides the order. */
	readonly seed: number;
	/**
	 * What comes when a source has given its last record: the end; or the others go on; or it starts again, for ever.
	 */
	readonly stop: 'first' | 'all' | 'never';
}

/** Draws the source of each record in turn: a function of seed, weights, place and of which sources are still open. */
export const createDraw = (weights: readonly number[], seed: number): ((place: number, open: readonly boolean[]) => number) => {
	const random = createRandom(derive(keyOf(seed), 'mix'));
	return (place, open) => {
		const total = weights.reduce((sum, weight, index) => sum + (open[index] ? weight : 0), 0);
		let left = random.uniform(place) * total;
		let last = -1;
		for (const [index, weight] of weights.entries()) {
			if (open[index]) {
				last = index;
				left -= weight;
				if (left < 0) {
					break;
				}
			}
		}

		return last;
	};
};

/** Follows which record of which source comes at each place, from the first on. */
export interface MixWalk {
	/** Of the next record. */
	readonly place: () => number;
	/** Records of each source that came before; a source that starts again is counted anew. */
	readonly passed: readonly number[];
	/** Undefined when all sources are through. */
	readonly next: () => {readonly source: number; readonly record: number} | undefined;
}

/** Starts at the first record of a mixture of sources that are so long. */
export const createWalk = (counts: ReadonlyArray<number | undefined>, {weights, seed, stop}: MixOptions): MixWalk => {
	const draw = createDraw(weights, seed);
	const passed = counts.map(() => 0);
	const open = counts.map(() => true);
	let place = 0;
	return {
		place: () => place,
		passed,
		next() {
			let source = draw(place, open);
			// eslint-disable-next-line no-unmodified-loop-condition -- `stop` is an option; what changes is `source`
			for (; stop === 'all' && source !== -1 && passed[source] === counts[source]; source = draw(place, open)) {
				open[source] = false;
			}

			place++;
			if (source === -1) {
				return undefined;
			}

			if (stop === 'never' && passed[source] === counts[source]) {
				passed[source] = 0;
			}

			return {source, record: passed[source]!++};
		},
	};
};

/** Finds the record of a source that comes at a place of the mixture; soonest when places are asked for in order. */
export const createFinder = (counts: ReadonlyArray<number | undefined>, options: MixOptions): ((place: number) => ReturnType<MixWalk['next']>) => {
	let walk = createWalk(counts, options);
	return place => {
		if (place < walk.place()) {
			walk = createWalk(counts, options);
		}

		while (walk.place() < place) {
			walk.next();
		}

		return walk.next();
	};
};

/** How many records come, where the lengths of all sources are known. */
export const countOf = (counts: ReadonlyArray<number | undefined>, {weights, seed, stop}: MixOptions): number | undefined => {
	if (stop === 'never') {
		return Number.POSITIVE_INFINITY;
	}

	if (counts.includes(undefined)) {
		return undefined;
	}

	const left = counts.map(count => count!);
	if (stop === 'all') {
		return left.reduce((sum, count) => sum + count, 0);
	}

	const draw = createDraw(weights, seed);
	const open = left.map(() => true);
	for (let place = 0; ; place++) {
		const index = draw(place, open);
		if (left[index] === 0) {
			return place;
		}

		left[index]!--;
	}
};
