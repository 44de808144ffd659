import type {LoadedDefinition} from '../definition/load.ts';
import {nearest} from '../definition/nearest.ts';
import {definitionError, formatPlace, type Problem} from '../definition/problem.ts';
import {formatPath, type Path} from '../definition/tree.ts';
import {createError, ThreadloomError} from '../errors/threadloom-error.ts';
import type {OptionsFault} from '../schema/options-faults.ts';

/** Where options stand in a definition, and what is wrong with them. */
interface WrongOptions {
	readonly at: Path;
	readonly faults: readonly OptionsFault[];
}

/** Of an error, as those fill it in that check options. */
const wrongOptions = (error: unknown): WrongOptions | undefined => {
	if (!(error instanceof ThreadloomError)) {
		return undefined;
	}

	const {operator, position, at, faults} = error.details as {operator?: string; position?: number; at?: Path; faults?: readonly OptionsFault[]};
	if (faults === undefined) {
		return undefined;
	}

	if (error.code === 'OPERATOR_OPTIONS') {
		return {at: ['operators', position!, operator!], faults};
	}

	if (at === undefined) {
		return undefined;
	}

	return error.code === 'SOURCE_OPTIONS' ? {at: [...at, 'options'], faults} : {at, faults};
};

/** Where the values of a definition were written; unknown of one that a run directory kept. */
export type Written = Partial<Pick<LoadedDefinition, 'originOf' | 'file'>>;

/** The place of the deepest part of a path that somebody wrote. */
const placeOf = ({originOf = () => undefined, file = 'the definition'}: Written, path: Path, isKey: boolean): Problem['place'] => {
	for (let depth = path.length; depth > 0; depth--) {
		const place = originOf(path.slice(0, depth), {key: isKey && depth === path.length});
		if (place !== undefined) {
			return place;
		}
	}

	return {origin: file};
};

/**
 * Opens what a definition names: wrong options of an operator, a source or a sink, which only its module knows, are told as
 * every other fault of the definition, with their lines.
 *
 * @throws DEFINITION_INVALID in place of OPERATOR_OPTIONS, SOURCE_OPTIONS and SINK_OPTIONS; what `open` throws
 */
export const withPlaces = async <Opened>(loaded: Written, open: () => Promise<Opened>): Promise<Opened> => {
	try {
		return await open();
	} catch (error) {
		const wrong = wrongOptions(error);
		if (wrong === undefined) {
			throw error;
		}

		throw definitionError(wrong.faults.map(({path: below, message, known}): Problem => {
			const path = [...wrong.at, ...below];
			const meant = known === undefined ? undefined : nearest(String(below.at(-1)), known);
			return {
				path: formatPath(path), message, place: placeOf(loaded, path, known !== undefined), ...(meant !== undefined && {nearest: meant}),
			};
		}));
	}
};

/**
 * Compiles the model of a definition. What is wrong with a layer or with the loss is told with its line.
 *
 * @throws what `compile` throws
 */
export const withModelPlaces = <Compiled>(written: Written, compile: () => Compiled): Compiled => {
	try {
		return compile();
	} catch (error) {
		const isPlaced = error instanceof ThreadloomError && (error.code === 'MODEL_SHAPE' || error.code === 'MODEL_CLASSES' || error.code === 'MODEL_LOSS');
		if (!isPlaced || written.originOf === undefined) {
			throw error;
		}

		const {index} = error.details as {readonly index?: number};
		const place = placeOf(written, index === undefined ? ['training', 'loss'] : ['model', 'layers', index], false);
		// The details are those of the code already.
		throw createError(error.code, {...error.details, place: formatPlace(place)} as never, {cause: error});
	}
};
