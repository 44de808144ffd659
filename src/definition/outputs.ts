import {softmaxOfOne} from '../errors/codes/definition.ts';
import type {LayerConfig} from '../model/schema.ts';
import type {Place, Problem} from './problem.ts';
import type {Definition} from './schema.ts';
import {formatPath, type Path} from './tree.ts';

/** Elements that a network gives, where its last layers say so without the shape of an example. */
export const outputsOf = (layers: readonly LayerConfig[]): number | undefined => {
	const last = layers.findLast(({name}) => name !== 'flatten' && name !== 'dropout' && name !== 'activation');
	switch (last?.name) {
		case 'dense': {
			return last.options.units;
		}

		case 'reshape': {
			return last.options.targetShape.reduce((product, size) => product * size, 1);
		}

		default: {
			return undefined;
		}
	}
};

/** A network whose output is the same for every example. */
export const outputProblems = ({model}: Definition, placeOf: (path: Path) => Place): readonly Problem[] => {
	const last = model?.layers.at(-1);
	if (last === undefined || !('activation' in last.options) || last.options.activation !== 'softmax' || outputsOf(model!.layers) !== 1) {
		return [];
	}

	const path = ['model', 'layers', model!.layers.length - 1, last.name, 'activation'];
	return [{path: formatPath(path), message: softmaxOfOne, place: placeOf(path)}];
};

const lossNeeds = {categoricalCrossentropy: 'softmax', sparseCategoricalCrossentropy: 'softmax', binaryCrossentropy: 'sigmoid', meanSquaredError: undefined} as const;

/** What trains all the same, and hardly as it was meant: a crossentropy of outputs that are no probabilities, as Keras takes logits for where it is not told of them, and a softmax of a softmax. */
export const outputWarnings = ({model, training}: Definition, placeOf: (path: Path) => Place): readonly Problem[] => {
	const needed = training && lossNeeds[training.loss];
	if (model === undefined || needed === undefined) {
		return [];
	}

	// Layers without an activation, and the linear one of a layer of its own, leave values what they are, or the means of them.
	const activated = model.layers.flatMap((layer, index) =>
		('activation' in layer.options && (layer.name !== 'activation' || layer.options.activation !== 'linear') ? [{layer, index, activation: layer.options.activation}] : []));
	const last = activated.at(-1);
	if (last === undefined) {
		return [];
	}

	const path = ['model', 'layers', last.index, last.layer.name, 'activation'];
	const warning = (message: string): readonly Problem[] => [{path: formatPath(path), message, place: placeOf(path)}];
	if (last.activation !== 'softmax' && last.activation !== 'sigmoid') {
		return warning(`the loss ${training!.loss} expects probabilities, and the last activation is ${last.activation}; ${needed} makes them of any numbers`);
	}

	return last.activation === 'softmax' && last.layer.name === 'activation' && activated.at(-2)?.activation === 'softmax'
		? warning('it is the softmax of a softmax, which makes the probabilities of all classes much alike; one of the two is enough')
		: [];
};
