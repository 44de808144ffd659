import type {Family} from './family.ts';
import {lowerActivation} from './lowerings/activation.ts';
import {lowerConv2d} from './lowerings/conv2d.ts';
import {lowerDense} from './lowerings/dense.ts';
import {lowerAveragePooling2d, lowerMaxPooling2d} from './lowerings/pooling2d.ts';
import {lowerDropout, lowerReshape} from './lowerings/rearrange.ts';

/** Standard operators only: runs wherever ONNX Runtime does. */
export const plain = {
	name: 'plain',
	lowerings: {
		dense: lowerDense,
		conv2d: lowerConv2d,
		maxPooling2d: lowerMaxPooling2d,
		averagePooling2d: lowerAveragePooling2d,
		flatten: lowerReshape,
		reshape: lowerReshape,
		dropout: lowerDropout,
		activation: lowerActivation,
	},
} satisfies Family;
