import type {Family} from '../family.ts';
import {plain} from '../plain.ts';
import {lowerDenseOfBytes} from './dense.ts';

/** As `plain`, with a first dense layer that multiplies the bytes of many examples as integers, for which processors have wider instructions. */
export const bytes: Family = {
	name: 'bytes',
	readsBytes: true,
	lowerings: {...plain.lowerings, dense: lowerDenseOfBytes},
};
