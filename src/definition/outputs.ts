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
