import type {LoadedDefinition} from '../definition/load.ts';
import {nearest} from '../definition/nearest.ts';
import {definitionError, type Problem} from '../definition/problem.ts';
import {formatPath, type Path} from '../definition/tree.ts';
import {ThreadloomError} from '../errors/threadloom-error.ts';
import type {OptionsFault} from '../operators/define-operator.ts';

interface OptionsDetails {
	readonly operator: string;
	readonly position: number;
	readonly faults: readonly OptionsFault[];
}

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
 * Opens what a definition names: wrong options of an operator, which only its module knows, are told as every other
 * fault of the definition, with their lines.
 *
 * @throws DEFINITION_INVALID in place of OPERATOR_OPTIONS; what `open` throws
 */
export const withPlaces = async <Opened>(loaded: Written, open: () => Promise<Opened>): Promise<Opened> => {
	try {
		return await open();
	} catch (error) {
		if (!(error instanceof ThreadloomError) || error.code !== 'OPERATOR_OPTIONS' || !('faults' in error.details)) {
			throw error;
		}

		const {operator, position, faults} = error.details as unknown as OptionsDetails; // As defineOperator fills it in.
		throw definitionError(faults.map(({path: below, message, known}): Problem => {
			const path = ['operators', position, operator, ...below];
			const meant = known === undefined ? undefined : nearest(String(below.at(-1)), known);
			return {
				path: formatPath(path), message, place: placeOf(loaded, path, known !== undefined), ...(meant !== undefined && {nearest: meant}),
			};
		}));
	}
};
