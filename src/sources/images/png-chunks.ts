import {Buffer} from 'node:buffer';
import {inflateSync} from 'node:zlib';

/** Chunks that decide the pixels; the rest, compressed text and profiles among it, is left out. */
const kept = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);
const signatureBytes = 8;
const samplesByColorType: Readonly<Record<number, number>> = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4};

/**
 * Cuts a PNG file down to the chunks that decide its pixels, after looking at what they unpack to: the decoder itself
 * would unpack without limit.
 *
 * @throws Error with the reason
 */
export const plainPng = (file: Uint8Array, {maximumPixels}: {readonly maximumPixels: number}): Uint8Array => {
	const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
	const parts = [bytes.subarray(0, signatureBytes)];
	const data: Buffer[] = [];
	let most = 0;
	for (let offset = signatureBytes; ;) {
		if (offset + 12 > bytes.length) {
			throw new RangeError(`it ends within a chunk (byte ${offset})`);
		}

		const length = bytes.readUInt32BE(offset);
		const end = offset + 12 + length;
		if (end > bytes.length) {
			throw new RangeError(`it ends within a chunk (byte ${offset})`);
		}

		const type = bytes.toString('latin1', offset + 4, offset + 8);
		if (type === 'IHDR' && length === 13) {
			const [width, height, depth, samples] = [bytes.readUInt32BE(offset + 8), bytes.readUInt32BE(offset + 12), bytes[offset + 16]!, samplesByColorType[bytes[offset + 17]!] ?? 4];
			if (width === 0 || height === 0 || width * height > maximumPixels) {
				throw new RangeError(`it has ${width} × ${height} pixels; 1 to ${maximumPixels} are read`);
			}

			// Every row has a filter byte; interlaced images have at most seven times as many rows, all of them shorter.
			most = (Math.ceil((width * depth * samples) / 8) + 8) * height * 2;
		}

		if (kept.has(type)) {
			parts.push(bytes.subarray(offset, end));
		}

		if (type === 'IDAT') {
			data.push(bytes.subarray(offset + 8, offset + 8 + length));
		}

		offset = end;
		if (type === 'IEND') {
			break;
		}
	}

	if (data.length === 0 || most === 0) {
		throw new RangeError('it holds no image');
	}

	inflateSync(Buffer.concat(data), {maxOutputLength: most});
	return Buffer.concat(parts);
};
