import type {RecordChunk} from '../../src/tensor/example.ts';

export interface Watched {
	pulled: number;
	closed: number;
}

/** Chunks of `rows` uint8 records of `size` bytes; each record holds its own number. */
export const chunkOf = (first: number, rows: number, size: number): RecordChunk => ({
	source: 'test',
	first,
	count: rows,
	features: Uint8Array.from({length: rows * size}, (_, index) => first + Math.floor(index / size)),
	labels: Int32Array.from({length: rows}, (_, row) => first + row),
});

/** Yields chunks and says how often it was asked and closed. */
export async function * watchedChunks(
	watched: Watched,
	{chunks, rows = 4, size = 10}: {readonly chunks: number; readonly rows?: number; readonly size?: number},
): AsyncGenerator<RecordChunk, void> {
	try {
		for (let chunk = 0; chunk < chunks; chunk++) {
			watched.pulled++;
			yield chunkOf(chunk * rows, rows, size);
		}
	} finally {
		watched.closed++;
	}
}
