import {at, formatPath, isBranch, maximumDepth, parsePath, type Path, type Tree} from './tree.ts';

const pattern = /\$\{(?<expression>[^}]+)\}/gu;
/** Characters that filling in may make, in all: far more than a definition has, far less than memory. */
const maximumSize = 1024 * 1024;

/** One expression that cannot be filled in. */
export interface InterpolationFault {
	readonly path: Path;
	readonly message: string;
}

class Unresolved extends Error {}

/**
 * Replaces `${env:NAME}`, `${env:NAME:-default}` and `${path.to.key}` in strings. A string that is nothing but one
 * `${path}` takes the value itself, whatever its type; what the environment gives is always a string. Strings that
 * cannot be filled in stay as they are and are told as faults.
 */
export const interpolate = (root: Tree, environment: Readonly<Record<string, string | undefined>>): {readonly tree: Tree; readonly faults: readonly InterpolationFault[]} => {
	const faults: InterpolationFault[] = [];
	let size = 0;
	const grow = (by: number): void => {
		size += by;
		if (size > maximumSize) {
			throw new Unresolved(`it grows beyond ${maximumSize} characters`);
		}
	};

	const resolve = (expression: string, seen: readonly string[]): Tree => {
		const {name, fallback} = /^env:(?<name>[^:]+)(?::-(?<fallback>.*))?$/su.exec(expression)?.groups ?? {};
		if (name !== undefined) {
			const value = environment[name] ?? fallback;
			if (value === undefined) {
				throw new Unresolved(`\${${expression}}: the environment has no variable ${name}`);
			}

			grow(value.length);
			return value;
		}

		const path = parsePath(expression);
		const value = path && at(root, path);
		if (value === undefined) {
			throw new Unresolved(`\${${expression}}: there is no such key`);
		}

		if (seen.includes(expression)) {
			throw new Unresolved(`\${${expression}}: it refers to itself`);
		}

		if (seen.length > maximumDepth) {
			throw new Unresolved(`\${${expression}}: it refers to others more than ${maximumDepth} deep`);
		}

		return fill(value, [...seen, expression]);
	};

	const fillText = (text: string, seen: readonly string[]): Tree => {
		const whole = /^\$\{(?<expression>[^}]+)\}$/u.exec(text)?.groups?.['expression'];
		if (whole !== undefined) {
			return resolve(whole, seen);
		}

		const filled = text.replaceAll(pattern, (_, expression: string) => {
			const value = resolve(expression, seen);
			if (typeof value === 'object') {
				throw new Unresolved(`\${${expression}}: inside other text it has to be a string, a number or a boolean`);
			}

			return String(value);
		});
		grow(filled.length);
		return filled;
	};

	/** Fills in what an expression refers to. */
	const fill = (tree: Tree, seen: readonly string[]): Tree => {
		grow(1);
		if (typeof tree === 'string') {
			return fillText(tree, seen);
		}

		if (Array.isArray(tree)) {
			return (tree as readonly Tree[]).map(element => fill(element, seen));
		}

		return isBranch(tree) ? Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, fill(value, seen)])) : tree;
	};

	const visit = (tree: Tree, path: Path): Tree => {
		if (typeof tree === 'string' && tree.includes('${')) {
			try {
				// An expression that leads back to its own place.
				return fillText(tree, [formatPath(path)]);
			} catch (error) {
				if (!(error instanceof Unresolved)) {
					throw error;
				}

				faults.push({path, message: error.message});
				return tree;
			}
		}

		if (Array.isArray(tree)) {
			return (tree as readonly Tree[]).map((element, index) => visit(element, [...path, index]));
		}

		return isBranch(tree) ? Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, visit(value, [...path, key])])) : tree;
	};

	return {tree: visit(root, []), faults};
};
