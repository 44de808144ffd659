import type {LoadedDefinition} from './load.ts';
import {formatPlace} from './problem.ts';
import {formatPath, isBranch, type Path, type Tree} from './tree.ts';

/** One value of a resolved definition, and where it comes from. */
export interface ConfigOrigin {
	/** As `--set` takes it. */
	readonly path: string;
	readonly value: unknown;
	/** `file:line:column`, a flag, the name of an environment variable, or `default`. */
	readonly origin: string;
}

/** Where every value of a definition comes from, defaults included, in the order of the definition. */
export const configOrigins = ({definition, originOf}: Pick<LoadedDefinition, 'definition' | 'originOf'>): readonly ConfigOrigin[] => {
	const visit = (value: Tree, path: Path): readonly ConfigOrigin[] => {
		const leaf = (): readonly ConfigOrigin[] => {
			// A choice that was written as a bare name has its place there.
			const place = originOf(path);
			return [{path: formatPath(path), value, origin: place === undefined ? 'default' : formatPlace(place)}];
		};

		if (Array.isArray(value) && value.some(element => typeof element === 'object')) {
			return (value as readonly Tree[]).flatMap((element, index) => visit(element, [...path, index]));
		}

		if (!isBranch(value)) {
			return leaf();
		}

		const {name, options, ...rest} = value;
		if (typeof name === 'string' && isBranch(options) && Object.keys(rest).length === 0) {
			const inner = Object.keys(options).length === 0 ? [] : visit(options, [...path, name]);
			const place = originOf([...path, name]) ?? originOf(path);
			return [{path: formatPath(path), value: name, origin: place === undefined ? 'default' : formatPlace(place)}, ...inner];
		}

		const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
		return entries.length === 0 ? leaf() : entries.flatMap(([key, inner]) => visit(inner, [...path, key]));
	};

	return visit(JSON.parse(JSON.stringify(definition)) as Tree, []); // eslint-disable-line unicorn/prefer-structured-clone -- keys that are undefined are to go
};
