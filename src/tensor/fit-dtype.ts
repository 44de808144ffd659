import type {DType} from './dtypes.ts';

const limits: Readonly<Partial<Record<DType, readonly [number, number]>>> = {
	uint8: [0, 255], int8: [-128, 127], int16: [-32_768, 32_767], int32: [-2_147_483_648, 2_147_483_647],
};

/** Makes a number fit an element type: integers are rounded and kept within their range. */
export const fitter = (dtype: DType): ((value: number) => number) => {
	const range = limits[dtype];
	if (range === undefined) {
		return value => value;
	}

	const [least, most] = range;
	return value => Math.min(most, Math.max(least, Math.round(value)));
};
