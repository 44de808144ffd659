import {cast} from './cast.ts';
import {filter} from './filter.ts';
import {mapLabel} from './map-label.ts';
import {normalize} from './normalize.ts';
import {oneHot} from './one-hot.ts';
import type {Operator} from './operator.ts';
import {reshape} from './reshape.ts';
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
};
