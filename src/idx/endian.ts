import {Buffer} from 'node:buffer';
import {endianness} from 'node:os';

const hostIsBigEndian = endianness() === 'BE';

/** Turns elements of `width` bytes between big-endian and the host's order, in place. */
export const swapToHost = (bytes: Uint8Array, width: number): void => {
	if (hostIsBigEndian || width === 1) {
		return;
	}

	const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	switch (width) {
		case 2: {
			buffer.swap16();
			break;
		}

		case 4: {
			buffer.swap32();
			break;
		}

		case 8: {
			buffer.swap64();
			break;
		}

		default: {
			throw new RangeError(`Expected elements of 1, 2, 4 or 8 bytes. Received: ${width}`);
		}
	}
};
