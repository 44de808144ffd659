import {encode} from 'fast-png';
import type {Gallery, GalleryImage} from '../../evaluation/report.ts';

/** A gallery image as a PNG data address. */
export const dataAddress = ({pixels}: GalleryImage, [height, width, channels]: Gallery['shape']): string => {
	const png = encode({width, height, channels, depth: 8, data: new Uint8Array(Buffer.from(pixels, 'base64'))});
	return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
};
