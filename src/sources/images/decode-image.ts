import {convertIndexedToRgb, decode as decodePng} from 'fast-png';
import jpeg from 'jpeg-js';
import {plainPng} from './png-chunks.ts';

/** Pixels as they come out of a file: [height, width, channels], 8 bits each. */
export interface Pixels {
	readonly height: number;
	readonly width: number;
	/** 1 grey, 2 grey and alpha, 3 colours, 4 colours and alpha. */
	readonly channels: number;
	readonly data: Uint8Array;
}

/** What one image may take once it is decoded. */
const maximumPixels = 64 * 1024 * 1024;

const isPng = (bytes: Uint8Array): boolean => bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4E && bytes[3] === 0x47;
const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xFF && bytes[1] === 0xD8;

/** Whole bytes out of 1, 2 or 4 bits a pixel, spread over 0 to 255; rows start at whole bytes. */
const spread = (packed: Uint8Array, width: number, height: number, depth: number): Uint8Array => {
	const out = new Uint8Array(width * height);
	const rowBytes = Math.ceil((width * depth) / 8);
	const most = (2 ** depth) - 1;
	for (let row = 0; row < height; row++) {
		for (let column = 0; column < width; column++) {
			const bit = column * depth;
			const byte = packed[(row * rowBytes) + (bit >>> 3)]!;
			out[(row * width) + column] = (((byte >>> (8 - depth - (bit & 7))) & most) * 255) / most;
		}
	}

	return out;
};

const fromPng = (bytes: Uint8Array): Pixels => {
	const png = decodePng(plainPng(bytes, {maximumPixels}), {checkCrc: true});
	const {width, height, depth, palette} = png;
	if (palette !== undefined) {
		return {width, height, channels: palette[0]!.length, data: Uint8Array.from(convertIndexedToRgb(png))};
	}

	if (png.data instanceof Uint16Array) {
		return {width, height, channels: png.channels, data: Uint8Array.from(png.data, value => value >>> 8)};
	}

	const data = Uint8Array.from(png.data);
	return depth < 8 ? {width, height, channels: 1, data: spread(data, width, height, depth)} : {width, height, channels: png.channels, data};
};

/** The decoder is plain JavaScript without dependencies, and it keeps to limits before it allocates. */
const fromJpeg = (bytes: Uint8Array): Pixels => {
	const {width, height, data} = jpeg.decode(bytes, {
		useTArray: true, formatAsRGBA: false, tolerantDecoding: false, maxResolutionInMP: maximumPixels / 1e6, maxMemoryUsageInMB: 1024,
	});
	return {
		width, height, channels: 3, data,
	};
};

/**
 * Decodes a PNG or JPEG file; its first bytes decide which.
 *
 * @throws Error with the reason
 */
export const decodeImage = (bytes: Uint8Array): Pixels => {
	if (isPng(bytes)) {
		return fromPng(bytes);
	}

	if (isJpeg(bytes)) {
		return fromJpeg(bytes);
	}

	throw new TypeError('it holds neither PNG nor JPEG');
};

/** Leaves the transparency out and turns pixels into grey levels or colours; grey is the luma of ITU-R BT.601. */
export const withChannels = ({height, width, channels, data}: Pixels, wanted: 1 | 3): Pixels => {
	if (channels === wanted) {
		return {
			height, width, channels, data,
		};
	}

	const isGrey = channels < 3;
	const out = new Uint8Array(height * width * wanted);
	for (let pixel = 0; pixel < height * width; pixel++) {
		const from = pixel * channels;
		const red = data[from]!;
		const green = isGrey ? red : data[from + 1]!;
		const blue = isGrey ? red : data[from + 2]!;
		if (wanted === 1) {
			out[pixel] = isGrey ? red : Math.round((0.299 * red) + (0.587 * green) + (0.114 * blue));
		} else {
			out[3 * pixel] = red;
			out[3 * pixel + 1] = green;
			out[3 * pixel + 2] = blue;
		}
	}

	return {
		height, width, channels: wanted, data: out,
	};
};
