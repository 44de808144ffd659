import type {Family} from '../family.ts';
import {plain} from '../plain.ts';
import {lowerBlockedConv2d} from './conv2d.ts';
import {lowerBlockedDense} from './dense.ts';
import {lowerBlockedMaxPooling2d} from './max-pooling2d.ts';

/**
 * Convolutions by the runtime's own operators on blocks of channels, with the kernels as inputs and as many images side
 * by side as a block has channels, and large dense layers by the same operators. What these do not cover runs as in `plain`, reordered on the way.
 */
export const blocked = (block: 8 | 16): Family => ({
	name: `blocked${block}`,
	block,
	lowerings: {...plain.lowerings, conv2d: lowerBlockedConv2d, dense: lowerBlockedDense, maxPooling2d: lowerBlockedMaxPooling2d},
});
