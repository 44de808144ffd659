import {createError, ThreadloomError} from '../../errors/threadloom-error.ts';

/** A failure that the next attempt may not meet. */
export class TransientFailure extends Error {
	override readonly name = 'TransientFailure';
	/** How long the server asks to wait, in ms. */
	readonly retryAfter: number | undefined;

	constructor(reason: string, {retryAfter, cause}: {readonly retryAfter?: number | undefined; readonly cause?: unknown} = {}) {
		super(reason, cause === undefined ? undefined : {cause});
		this.retryAfter = retryAfter;
	}
}

/** Codes that concern the content and not the address: a mirror would not help. */
const finalCodes: ReadonlySet<string> = new Set(['SOURCE_CHANGED', 'SHA256_MISMATCH', 'ABORTED', 'INTERRUPTED', 'TERMINATED']);

/** Whether an error ends the reading, whatever other addresses there are. */
export const isFinal = (error: unknown): boolean => !(error instanceof TransientFailure) && (!(error instanceof ThreadloomError) || finalCodes.has(error.code));

const isCertificateCode = (code: string): boolean => /CERT|^UNABLE_TO_|^ERR_TLS_CERT|^HOSTNAME_MISMATCH|^INVALID_CA|^PATH_LENGTH/u.test(code);

/** Gives the failures of a connection their meaning. */
export const asFailure = (error: unknown, address: string): Error => {
	if (error instanceof ThreadloomError || error instanceof TransientFailure) {
		return error;
	}

	const {code = '', message} = error as NodeJS.ErrnoException;
	if (isCertificateCode(code)) {
		return createError('TLS_REFUSED', {address, reason: `${code}: ${message}`}, {cause: error});
	}

	if (code === 'HPE_HEADER_OVERFLOW') {
		return createError('HTTP_PROTOCOL', {address, header: 'headers', reason: 'they are larger than 16 kB'}, {cause: error});
	}

	return new TransientFailure(code === '' || message.includes(code) ? message : `${message} (${code})`, {cause: error});
};

const statuses = {notFound: new Set([404, 410]), denied: new Set([401, 403, 407, 451]), transient: new Set([408, 425, 429])};

/** Seconds, or a date. */
const retryAfterOf = (header: string | undefined): number | undefined => {
	if (header === undefined) {
		return undefined;
	}

	const milliseconds = /^\d+$/u.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
	return Number.isFinite(milliseconds) && milliseconds > 0 ? milliseconds : undefined;
};

/** The failure that a status stands for. */
export const statusFailure = (status: number, headers: Readonly<Record<string, string | string[] | undefined>>, address: string): Error => {
	if (statuses.notFound.has(status)) {
		return createError('HTTP_NOT_FOUND', {address, status});
	}

	if (statuses.denied.has(status)) {
		return createError('HTTP_DENIED', {address, status});
	}

	if (status >= 500 || statuses.transient.has(status)) {
		const after = headers['retry-after'];
		return new TransientFailure(`status ${status}`, {retryAfter: retryAfterOf(typeof after === 'string' ? after : undefined)});
	}

	return createError('HTTP_PROTOCOL', {address, header: 'status', reason: String(status)});
};
