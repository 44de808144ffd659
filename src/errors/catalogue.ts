import {checkpointErrors} from './codes/checkpoint.ts';
import {commandLineErrors} from './codes/command-line.ts';
import {dataErrors} from './codes/data.ts';
import {definitionErrors} from './codes/definition.ts';
import {engineErrors} from './codes/engine.ts';
import {feedErrors} from './codes/feed.ts';
import {internalErrors} from './codes/internal.ts';
import {networkErrors} from './codes/network.ts';
import {operatorErrors} from './codes/operator.ts';
import {outputErrors} from './codes/output.ts';
import {trainingErrors} from './codes/training.ts';

/** Every error that a user can meet, by its stable code. */
export const catalogue = {
	...commandLineErrors,
	...definitionErrors,
	...dataErrors,
	...networkErrors,
	...operatorErrors,
	...feedErrors,
	...engineErrors,
	...trainingErrors,
	...checkpointErrors,
	...outputErrors,
	...internalErrors,
};

/** Stable code of an error; docs/reference.md lists them with their exit codes. */
export type ErrorCode = keyof typeof catalogue;

/** The facts that the sentence of one code needs. */
export type DetailsOf<C extends ErrorCode> = Parameters<(typeof catalogue)[C]['message']>[0];
