import {createError} from '../errors/threadloom-error.ts';

/** Stops an input that goes on after all that its header declares must have come. */
export interface Limit {
	/** Passes the bytes on. @throws INPUT_TOO_LONG */
	readonly bytes: (input: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array, void>;
	/** Says how many bytes the unpacked file has. */
	readonly declare: (bytes: number) => void;
}

/** What may come before the header is known: more than is read ahead of unpacking it. */
const beforeHeader = 2 * 1024 * 1024;
/** Incompressible data grows by five bytes in 16 kB (RFC 1951, 3.2.4); header, names and trailer come on top. */
const mostGrowth = 1 / 1024;

/** Makes the limit of one reading: no packing makes a file longer than this. */
export const createLimit = ({path}: {readonly path: string}): Limit => {
	let declared = 0;
	return {
		async * bytes(input) {
			let offset = 0;
			for await (const piece of input) {
				offset += piece.length;
				yield piece;
				if (offset > (declared * (1 + mostGrowth)) + beforeHeader) {
					throw createError('INPUT_TOO_LONG', {path, offset, declared});
				}
			}
		},
		declare(bytes) {
			declared = bytes;
		},
	};
};
