import {encode} from 'fast-png';
import type {Picture} from './picture.ts';

const gap = 2;
/** Small pictures are enlarged by a whole factor towards this many pixels. */
const wanted = 96;
const background = 128;

/** A PNG of pictures of one size, row by row in a square, on grey. */
export const contactSheet = (pictures: readonly Picture[]): Uint8Array => {
	const {width, height, channels} = pictures[0]!;
	const zoom = Math.max(1, Math.floor(wanted / Math.max(width, height)));
	const columns = Math.ceil(Math.sqrt(pictures.length));
	const rows = Math.ceil(pictures.length / columns);
	const stepX = (width * zoom) + gap;
	const stepY = (height * zoom) + gap;
	const sheet = {width: (columns * stepX) + gap, height: (rows * stepY) + gap};
	const data = new Uint8Array(sheet.width * sheet.height * channels).fill(background);
	for (const [index, picture] of pictures.entries()) {
		const left = gap + ((index % columns) * stepX);
		const top = gap + (Math.floor(index / columns) * stepY);
		for (let y = 0; y < height * zoom; y++) {
			for (let x = 0; x < width * zoom; x++) {
				const from = ((Math.floor(y / zoom) * width) + Math.floor(x / zoom)) * channels;
				data.set(picture.data.subarray(from, from + channels), (((top + y) * sheet.width) + left + x) * channels);
			}
		}
	}

	return encode({
		...sheet, channels, depth: 8, data,
	});
};
