import {outputsOf} from './outputs.ts';
import type {Place, Problem} from './problem.ts';
import type {Definition} from './schema.ts';
import {formatPath, type Path} from './tree.ts';

/** Why no training of a definition tells how many examples were classified correctly; undefined when it may. */
const noAccuracy = ({model, training}: Definition): string | undefined => {
	const {loss} = training!;
	if (loss === 'meanSquaredError') {
		return `the loss ${loss} classifies nothing`;
	}

	const outputs = outputsOf(model!.layers);
	return loss === 'binaryCrossentropy' && outputs !== undefined && outputs !== 1 ? `the loss ${loss} on ${outputs} outputs classifies nothing` : undefined;
};

/** Monitors of metrics that no epoch of a definition has: nothing would ever be the best, and nothing stop early. */
export const monitorProblems = (definition: Definition, placeOf: (path: Path) => Place): readonly Problem[] => {
	const {training, data} = definition;
	if (training === undefined) {
		return [];
	}

	const unclassified = noAccuracy(definition);
	const unvalidated = data.validation === undefined ? 'there is no data.validation' : undefined;
	const lacks: Readonly<Record<NonNullable<typeof training.monitor>, string | undefined>> = {
		loss: undefined, accuracy: unclassified, validationLoss: unvalidated, validationAccuracy: unvalidated ?? unclassified,
	};
	const known = Object.entries(lacks).filter(([, reason]) => reason === undefined).map(([name]) => name);
	return [['training', 'monitor'], ['training', 'earlyStopping', 'monitor']].flatMap((path): readonly Problem[] => {
		const monitor = path.length === 2 ? training.monitor : training.earlyStopping?.monitor;
		const reason = monitor && lacks[monitor];
		if (reason === undefined) {
			return [];
		}

		const message = `expected ${known.length === 1 ? '' : 'one of '}${known.join(', ')}, received "${monitor}": ${reason}`;
		return [{path: formatPath(path), message, place: placeOf(path)}];
	});
};
