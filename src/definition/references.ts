import * as z from 'zod';
import {operatorSchema} from '../operators/schema.ts';
import {named} from '../schema/named.ts';
import type {Place, Problem} from './problem.ts';
import {problemsOf} from './problems.ts';
import {at, formatPath, isBranch, type Path, type Tree} from './tree.ts';

/** Sinks that a definition names without a path. */
const sinks = ['console', 'metrics', 'report', 'events', 'statistics'];

const nameOf = (item: Tree): string | undefined => {
	if (typeof item === 'string') {
		return item;
	}

	const [name, ...others] = isBranch(item) ? Object.keys(item) : [];
	return others.length === 0 ? name : undefined;
};

/** A source, and those that it is put together of. */
const sourcesBelow = (tree: Tree, path: Path): readonly Path[] => {
	const partsOf = (key: string, ...below: Path): readonly Path[] => {
		const parts = at(tree, [...path, key]);
		return Array.isArray(parts) ? parts.map((_, index) => [...path, key, index, ...below]) : [];
	};

	return [path, ...partsOf('shards'), ...partsOf('mix', 'from')];
};

/** Where a source names a file, and how it names the standard input. */
const fileKeys = ['images', 'labels', 'npy'] as const;
const stdin = '-';

/** Two readers of the standard input would each get what the other one left. */
const stdinProblems = (tree: Tree, placeOf: (path: Path) => Place): readonly Problem[] => {
	const [first, ...others] = ['train', 'test'].flatMap(split => sourcesBelow(tree, ['data', split]))
		.flatMap(path => fileKeys.map(key => [...path, key])).filter(path => at(tree, path) === stdin);
	return others.map(path => ({path: formatPath(path), message: `the standard input can be read once, and ${formatPath(first!)} reads it`, place: placeOf(path)}));
};

/** A sink that takes records gets none beside a model; that of a module tells its kind when it is loaded. */
const idleProblems = (tree: Tree, placeOf: (path: Path) => Place): readonly Problem[] => {
	const items = at(tree, ['sinks']);
	return isBranch(at(tree, ['model'])) && Array.isArray(items)
		? (items as readonly Tree[]).map((item, index) => ({name: nameOf(item), path: ['sinks', index]})).filter(({name}) => name === 'statistics')
			.map(({path}) => ({path: formatPath(path), message: 'it takes records, and a definition with a model gives it none', place: placeOf(path)}))
		: [];
};

/** Names that have to be among those that come with the package, and the options that belong to them. */
export const referenceProblems = async (tree: Tree, placeOf: (path: Path, options?: {readonly key?: boolean}) => Place): Promise<readonly Problem[]> => {
	// Read late: that loads RxJS, which a definition with other faults need not wait for.
	const [{builtInOperators}, {isModuleName}, {datasets}] = await Promise.all([
		import('../operators/registry.ts'), import('../operators/resolve.ts'), import('../sources/catalogue.ts'),
	]);
	const operator = named(Object.fromEntries(Object.entries(builtInOperators).map(([name, {options}]) => [name, options])), {what: 'operator'});
	const sink = named(Object.fromEntries(sinks.map(name => [name, z.strictObject({})])), {what: 'sink'});
	const dataset = named(Object.fromEntries(Object.keys(datasets).map(name => [name, z.unknown()])), {what: 'data set'});
	const schema = z.looseObject({
		operators: z.array(operator),
		sinks: z.array(sink),
		data: z.looseObject({}),
	});

	const check = (part: z.ZodType, path: Path): readonly Problem[] => {
		const result = part.safeParse(at(tree, path));
		return result.success ? [] : problemsOf(result.error.issues.map(issue => ({...issue, path: [...path, ...issue.path]})), {schema, tree, placeOf});
	};

	// What has another form than a reference is the definition schema's to refuse.
	const listed = (key: string, part: z.ZodType, isOwn: (item: Tree) => boolean): readonly Problem[] => {
		const items = at(tree, [key]);
		return Array.isArray(items) ? (items as readonly Tree[]).flatMap((item, index) => (isOwn(item) ? [] : check(part, [key, index]))) : [];
	};

	return [
		...stdinProblems(tree, placeOf),
		...idleProblems(tree, placeOf),
		...['train', 'test'].flatMap(split => sourcesBelow(tree, ['data', split])).map(path => [...path, 'dataset'])
			.flatMap(path => (typeof at(tree, path) === 'string' ? check(dataset, path) : [])),
		...listed('operators', operator, item => isModuleName(nameOf(item) ?? '') || !operatorSchema.safeParse(item).success),
		...listed('sinks', sink, item => /^[./]/u.test(nameOf(item) ?? '.')),
	];
};
