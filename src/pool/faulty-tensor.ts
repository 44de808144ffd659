import type {EnginePlan, SharedMemory} from '../engines/engine.ts';
import {bytesPerElement, viewOf} from '../tensor/dtypes.ts';
import {sizeOf} from '../tensor/shape.ts';

/** Name of the first tensor whose summed gradient holds a number that is not finite; undefined where the plan keeps no canonical sum. */
export const faultyTensor = ({layout, options: {precision}, exchange}: EnginePlan, {exchange: buffers}: SharedMemory): string | undefined => {
	const length = layout.reduce((sum, {shape}) => sum + sizeOf(shape), 0);
	const {sum} = buffers;
	if (sum === undefined || exchange.find(({name}) => name === 'sum')?.bytes !== length * bytesPerElement(precision)) {
		return undefined;
	}

	const gradient = viewOf(precision, sum.buffer, sum.byteOffset, length);
	return layout.find(({offset, shape}) => gradient.subarray(offset, offset + sizeOf(shape)).some(value => !Number.isFinite(value)))?.name;
};
