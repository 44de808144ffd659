import type {Place} from './engine.ts';

/** The tiles of a phase that belong to one worker: tile t of n to worker ⌊t · workers / n⌋. They are never stolen. */
export const tilesOf = (tiles: number | 'each', {worker, workers}: Place): readonly number[] => {
	if (tiles === 'each') {
		return [worker];
	}

	return Array.from({length: tiles}, (_, tile) => tile).filter(tile => Math.floor((tile * workers) / tiles) === worker);
};
