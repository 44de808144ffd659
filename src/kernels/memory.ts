import {createError} from '../errors/threadloom-error.ts';

/** A buffer by its name. */
export interface NamedBuffer {
	readonly name: string;
	readonly bytes: number;
}

/** Buffers inside one memory where that is possible, so that kernels reach them all. */
export interface Arena {
	/** Undefined where the buffers are too large for one memory, each then being its own. */
	readonly memory: WebAssembly.Memory | undefined;
	readonly buffers: Readonly<Record<string, Uint8Array>>;
}

const pageBytes = 65_536;
/** Of 32-bit addresses. */
const mostPages = 65_536;
/** Kernels take address 0 for a vector that is not there. */
const firstByte = 64;
/** Of a cache line: two buffers share none. */
const alignment = 64;

const isTooLarge = (bytes: number): boolean => bytes > mostPages * pageBytes;

/** Tells the refusal of an allocation, and nothing else, with all that was asked for. */
const granted = <Memory>(bytes: number, allocate: () => Memory): Memory => {
	try {
		return allocate();
	} catch (error) {
		if (!(error instanceof RangeError)) {
			throw error;
		}

		throw isTooLarge(bytes)
			? createError('MODEL_TOO_LARGE', {what: 'its buffers', bytes}, {cause: error})
			: createError('MEMORY_REFUSED', {bytes, reason: error.message}, {cause: error});
	}
};

/**
 * Allocates zeroed buffers, shared between threads or private to one.
 *
 * @throws MODEL_TOO_LARGE when they are too large for one memory and cannot be had one by one, MEMORY_REFUSED when the
 * machine has no room for one
 */
export const allocateArena = (wanted: readonly NamedBuffer[], {shared}: {readonly shared: boolean}): Arena => {
	let end = firstByte;
	const offsets = wanted.map(({bytes}) => {
		const offset = end;
		end += Math.ceil(bytes / alignment) * alignment;
		return offset;
	});
	if (isTooLarge(end)) {
		const buffers = granted(end, () => wanted.map(({name, bytes}) => [name, new Uint8Array(shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes))] as const));
		return {memory: undefined, buffers: Object.fromEntries(buffers)};
	}

	const pages = Math.ceil(end / pageBytes);
	const memory = granted(end, () => new WebAssembly.Memory({initial: pages, maximum: pages, shared}));
	return {memory, buffers: Object.fromEntries(wanted.map(({name, bytes}, index) => [name, new Uint8Array(memory.buffer, offsets[index], bytes)]))};
};
