import {createHash, type Hash} from 'node:crypto';
import {createError} from '../../errors/threadloom-error.ts';
import type {Facts} from './response-facts.ts';

/** What is known of a remote file; kept between readings, so that a change is seen. */
export interface Known {
	/** Strong ETags by address: each server has its own. */
	readonly etags: Map<string, string>;
	length: number | undefined;
}

export const createKnown = (): Known => ({etags: new Map(), length: undefined});

/** One reading of a remote file over all its attempts. */
export interface Reading {
	/** Bytes handed on so far. */
	readonly offset: () => number;
	/** Takes bytes that are handed on. */
	readonly add: (bytes: Uint8Array) => void;
	/** Sha256 of what was handed on. */
	readonly digest: () => string;
}

/** Starts a reading. */
export const createReading = (): Reading => {
	const hash = createHash('sha256');
	let offset = 0;
	return {
		offset: () => offset,
		add(bytes) {
			hash.update(bytes);
			offset += bytes.length;
		},
		digest: () => hash.copy().digest('hex'),
	};
};

/** Compares what an answer says of the file with what is known. @throws SOURCE_CHANGED */
export const learn = (known: Known, {length, etag}: Facts, {address, path, isPinned}: {readonly address: string; readonly path: string; readonly isPinned: boolean}): void => {
	const before = known.etags.get(address);
	// Of a pinned file the digest decides, and each server may say its own.
	if (!isPinned && before !== undefined && etag !== undefined && before !== etag) {
		throw createError('SOURCE_CHANGED', {path, reason: `its ETag was ${before} and is ${etag}`});
	}

	if (!isPinned && length !== undefined && known.length !== undefined && length !== known.length) {
		throw createError('SOURCE_CHANGED', {path, reason: `it had ${known.length} bytes and has ${length}`});
	}

	known.length = length ?? known.length;
	if (etag !== undefined) {
		known.etags.set(address, etag);
	}
};

/** Passes over what was handed on before, when a server starts again: it must be the same bytes. */
export interface Prefix {
	/** The part of a piece that is new. @throws SOURCE_CHANGED */
	readonly skip: (piece: Uint8Array) => Uint8Array;
	readonly isPassed: () => boolean;
}

/** Makes the comparison of the first bytes of an answer with those of the reading so far. */
export const createPrefix = (reading: Reading, {start, path}: {readonly start: number; readonly path: string}): Prefix => {
	const expected = reading.digest();
	const hash: Hash = createHash('sha256');
	let left = reading.offset() - start;
	return {
		skip(piece) {
			if (left === 0) {
				return piece;
			}

			const old = piece.subarray(0, left);
			hash.update(old);
			left -= old.length;
			if (left === 0 && hash.digest('hex') !== expected) {
				throw createError('SOURCE_CHANGED', {path, reason: 'its first bytes are others than before'});
			}

			return piece.subarray(old.length);
		},
		isPassed: () => left === 0,
	};
};
