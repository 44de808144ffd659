import type {TypedArray} from '../../tensor/dtypes.ts';
import {createScale} from '../../tensor/scale-image.ts';
import type {TensorSpec} from '../../tensor/shape.ts';

/** An image as it is shown: grey or RGB bytes, row by row. */
export interface Picture {
	readonly width: number;
	readonly height: number;
	readonly channels: 1 | 3;
	readonly data: Uint8Array;
}

export type PictureSize = Omit<Picture, 'data'>;

/** The size of the images of a spec; undefined where they are none. */
export const pictureSize = ({shape}: TensorSpec): PictureSize | undefined => {
	const [height, width, channels = 1] = shape;
	return height !== undefined && width !== undefined && shape.length <= 3 && (channels === 1 || channels === 3) ? {height, width, channels} : undefined;
};

/** The least and the greatest of an image's finite values; undefined where none is. */
export const valueRange = (values: TypedArray): {readonly min: number; readonly max: number} | undefined => {
	let min = Number.POSITIVE_INFINITY;
	let max = Number.NEGATIVE_INFINITY;
	for (const value of values) {
		if (Number.isFinite(value)) {
			min = Math.min(min, value);
			max = Math.max(max, value);
		}
	}

	return min > max ? undefined : {min, max};
};

/** Bytes are shown as they are; of other numbers the image's least is black and its greatest white, NaN black. */
export const toPicture = (values: TypedArray, size: PictureSize): Picture => {
	if (values instanceof Uint8Array) {
		return {...size, data: values};
	}

	const {min, max} = valueRange(values) ?? {min: 0, max: 0};
	const scale = max > min ? 255 / (max - min) : 0;
	const data = Uint8Array.from(values, value => {
		if (Number.isFinite(value)) {
			return Math.round((value - min) * scale);
		}

		return value === Number.POSITIVE_INFINITY ? 255 : 0;
	});
	return {...size, data};
};

/** Makes a picture small enough; one that is stays as it is. */
export const shrink = (picture: Picture, most: {readonly width: number; readonly height: number}): Picture => {
	const {width, height, channels, data} = picture;
	const factor = Math.min(1, most.width / width, most.height / height);
	if (factor === 1) {
		return picture;
	}

	const to = {width: Math.max(1, Math.floor(width * factor)), height: Math.max(1, Math.floor(height * factor))};
	const out = new Uint8Array(to.width * to.height * channels);
	const window = {
		top: 0, left: 0, height, width,
	};
	createScale({window, to, interpolation: 'bilinear', dtype: 'uint8'}, {width, channels})(data, out);
	return {...to, channels, data: out};
};
