import {createError} from '../../errors/threadloom-error.ts';
import type {HttpResponse} from './open-response.ts';

/** What the head of an answer says of the file behind it. */
export interface Facts {
	/** Where in the file the body starts. */
	readonly start: number;
	/** Bytes of the whole file, where told. */
	readonly length: number | undefined;
	/** Strong ETag. */
	readonly etag: string | undefined;
	/** Whether the end of the body is told from a cut: by a length or by chunks. */
	readonly hasEnd: boolean;
}

/** An ETag that stands for the very bytes; a weak one does not. */
export const strongTag = (header: string | undefined): string | undefined => (header !== undefined && /^"[^"]*"$/u.test(header) ? header : undefined);

const lengthOf = ({header, address}: HttpResponse): number | undefined => {
	const text = header('content-length');
	if (text === undefined) {
		return undefined;
	}

	const length = Number(text);
	if (!/^\d+$/u.test(text) || !Number.isSafeInteger(length)) {
		throw createError('HTTP_PROTOCOL', {address, header: 'content-length', reason: `"${text}" is no length`});
	}

	return length;
};

/**
 * Reads the head of a 200 or a 206.
 *
 * @throws HTTP_PROTOCOL when it does not fit what was asked for, BODY_ENCODED
 */
export const readFacts = (response: HttpResponse, {offset}: {readonly offset: number}): Facts => {
	const {address, status, header} = response;
	const encoding = header('content-encoding')?.trim().toLowerCase();
	if (encoding !== undefined && encoding !== '' && encoding !== 'identity') {
		throw createError('BODY_ENCODED', {address, encoding});
	}

	const bodyLength = lengthOf(response);
	const etag = strongTag(header('etag'));
	const hasEnd = bodyLength !== undefined || header('transfer-encoding') !== undefined;
	if (status === 200) {
		return {start: 0, length: bodyLength, etag, hasEnd};
	}

	const refuse = (reason: string): never => {
		throw createError('HTTP_PROTOCOL', {address, header: 'content-range', reason});
	};

	const range = header('content-range');
	const {first, last, total} = /^bytes (?<first>\d+)-(?<last>\d+)\/(?<total>\d+|\*)$/u.exec(range ?? '')?.groups ?? {};
	if (first === undefined) {
		return refuse(range === undefined ? 'a part came without saying which' : `"${range}" is no range`);
	}

	const length = total === '*' ? undefined : Number(total);
	if (Number(first) !== offset) {
		return refuse(`asked for byte ${offset} and what follows, got "${range}"`);
	}

	if (bodyLength !== undefined && bodyLength !== Number(last) - offset + 1) {
		return refuse(`"${range}" does not fit a content-length of ${bodyLength}`);
	}

	// A part of a file of unknown length may not be its last.
	return {start: offset, length, etag, hasEnd: hasEnd && length !== undefined};
};
