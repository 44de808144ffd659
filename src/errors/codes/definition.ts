import {entry} from '../entry.ts';

export const definitionErrors = {
	MODEL_SHAPE: entry(
		'definition',
		(d: {layer: string; reason: string}) => `Layer "${d.layer}" does not fit its input: ${d.reason}`,
	),
	MODEL_LOSS: entry(
		'definition',
		(d: {loss: string; reason: string}) => `The loss "${d.loss}" does not fit: ${d.reason}`,
	),
};
