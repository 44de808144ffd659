import {createHash} from 'node:crypto';
import {createError} from '../../errors/threadloom-error.ts';
import {throwIfAborted} from '../../stream/abort.ts';
import type {ByteInput} from '../byte-input.ts';
import {parseAddress, showAddress} from './address.ts';
import type {CacheWriter} from './cache.ts';
import {httpBytes} from './http-bytes.ts';
import type {Network} from './network.ts';
import {openResponse} from './open-response.ts';
import {createKnown, createReading} from './representation.ts';

export interface HttpInputOptions {
	/** The file's address, then its mirrors in the order in which they are tried. */
	readonly addresses: readonly string[];
	/** Sha256 that the file must have. */
	readonly sha256?: string | undefined;
	readonly network: Network;
}

/**
 * Makes the reader of a file elsewhere.
 *
 * It gives the first byte as soon as the server does, and keeps what it gives in the cache once the whole has arrived
 * and its digest is known; later readings come from there. Without a cache they ask again, and must get the same bytes.
 * @throws ADDRESS_INVALID at once; from the methods OFFLINE, SHA256_MISMATCH, SOURCE_CHANGED, ABORTED and the codes of
 * addresses and answers
 */
export const createHttpInput = ({addresses, sha256: pin, network}: HttpInputOptions): ByteInput => {
	const urls = addresses.map(address => parseAddress(address));
	const [primary] = urls;
	const address = showAddress(primary!);
	// Two files may differ in their query alone, which is not shown: eight digits tell them apart.
	const path = primary!.search === '' ? address : `${address} (${createHash('sha256').update(primary!.href).digest('hex').slice(0, 8)})`;
	const known = createKnown();
	const {cache, onEvent} = network;
	/** Digest that the content must have: pinned, or that of the first whole reading. */
	let expected = pin;
	let digest: string | undefined;

	/** Whether what the address gave last is still what it gives; unknown counts as no. */
	const isCurrent = async (etag: string, signal: AbortSignal): Promise<boolean> => {
		try {
			const response = await openResponse(primary!, {headers: {'if-none-match': etag}, network, signal});
			response.close();
			return response.status === 304;
		} catch {
			throwIfAborted(signal);
			// The reading itself will meet the fault, and try again.
			return false;
		}
	};

	/** The digest under which the cache may have the content. */
	const cachedDigest = async (signal: AbortSignal): Promise<string | undefined> => {
		if (expected !== undefined) {
			return expected;
		}

		const remembered = await cache.recall(primary!.href);
		if (remembered === undefined || !await cache.has(remembered.sha256)) {
			return undefined;
		}

		const {sha256, etag} = remembered;
		return network.offline || (etag !== undefined && await isCurrent(etag, signal)) ? sha256 : undefined;
	};

	/** Checks a whole reading, and keeps it. */
	const finish = async ({sha256, offset, served}: {readonly sha256: string; readonly offset: number; readonly served: URL}, writer: CacheWriter | undefined): Promise<void> => {
		if (pin !== undefined && sha256 !== pin) {
			throw createError('SHA256_MISMATCH', {path, expected: pin, actual: sha256});
		}

		if (expected !== undefined && sha256 !== expected) {
			throw createError('SOURCE_CHANGED', {path, reason: 'its content is another than before'});
		}

		expected = sha256;
		digest = sha256;
		if (writer !== undefined) {
			await writer.commit(sha256);
			await cache.remember(primary!.href, {sha256, etag: known.etags.get(primary!.href)});
		}

		onEvent({type: 'download', state: 'done', address: showAddress(served), offset});
	};

	async function * download(signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
		const reading = createReading();
		const writer = await cache.create(known.length);
		let isCertain = true;
		let served = primary!;
		const onDoubt = (): void => {
			isCertain = false;
		};

		const onServed = (url: URL): void => {
			served = url;
		};

		try {
			for await (const piece of httpBytes({addresses: urls, sha256: pin, known, reading, network, signal, onDoubt, onServed})) {
				await writer?.write(piece);
				yield piece;
			}

			// What may be a part is not kept for another run.
			await finish({sha256: reading.digest(), offset: reading.offset(), served}, isCertain || pin !== undefined ? writer : undefined);
		} finally {
			await writer?.discard();
		}
	}

	return {
		path,
		async * bytes({signal}) {
			throwIfAborted(signal);
			const sha256 = await cachedDigest(signal);
			const entry = sha256 === undefined ? undefined : await cache.open(sha256, {signal});
			if (entry !== undefined) {
				expected = sha256;
				onEvent({type: 'download', state: 'cached', address, offset: 0});
				yield * entry;
				digest = sha256;
				return;
			}

			if (network.offline) {
				throw createError('OFFLINE', {address});
			}

			yield * download(signal);
		},
		async verify() {
			// A file elsewhere is compared while it is read: there is nothing to look at in between.
		},
		digest: () => digest,
	};
};
