import {cast} from './cast.ts';
import {filter} from './filter.ts';
import {mapLabel} from './map-label.ts';
import {mixup} from './mixup.ts';
import {noise} from './noise.ts';
import {normalize} from './normalize.ts';
import {oneHot} from './one-hot.ts';
import type {Operator} from './operator.ts';
import {pad} from './pad.ts';
import {randomCrop} from './random-crop.ts';
import {randomErasing} from './random-erasing.ts';
import {randomFlip} from './random-flip.ts';
import {randomRotation} from './random-rotation.ts';
import {randomShift} from './random-shift.ts';
import {reshape} from './reshape.ts';
import {resize} from './resize.ts';
import {skip} from './skip.ts';
import {standardize} from './standardize.ts';
import {take} from './take.ts';

/** The operators that a definition names without a path. */
export const builtInOperators: Readonly<Record<string, Operator>> = {
	normalize,
	standardize,
	reshape,
	'one-hot': oneHot,
	cast,
	filter,
	take,
	skip,
	'map-label': mapLabel,
	pad,
	resize,
	'random-flip': randomFlip,
	'random-crop': randomCrop,
	'random-shift': randomShift,
	'random-rotation': randomRotation,
	'random-erasing': randomErasing,
	noise,
	mixup,
};
