import {createError} from '../errors/threadloom-error.ts';
import {at, isBranch, parsePath, type Tree} from './tree.ts';

const pattern = /\$\{(?<expression>[^}]+)\}/gu;

/**
 * Replaces `${env:NAME}`, `${env:NAME:-default}` and `${path.to.key}` in strings. A string that is nothing but one
 * `${path}` takes the value itself, whatever its type.
 *
 * @throws INTERPOLATION_FAILED
 */
export const interpolate = (root: Tree, environment: Readonly<Record<string, string | undefined>>): Tree => {
	const resolve = (expression: string, seen: readonly string[]): Tree => {
		if (expression.startsWith('env:')) {
			const [name = '', ...fallback] = expression.slice(4).split(':-');
			const value = environment[name] ?? (fallback.length > 0 ? fallback.join(':-') : undefined);
			if (value === undefined) {
				throw createError('INTERPOLATION_FAILED', {expression, reason: `the environment has no variable ${name}`});
			}

			return value;
		}

		const path = parsePath(expression);
		const value = path && at(root, path);
		if (value === undefined || seen.includes(expression)) {
			throw createError('INTERPOLATION_FAILED', {expression, reason: value === undefined ? 'there is no such key' : 'it refers to itself'});
		}

		return visit(value, [...seen, expression]);
	};

	const visit = (tree: Tree, seen: readonly string[]): Tree => {
		if (typeof tree === 'string') {
			const whole = /^\$\{(?<expression>[^}]+)\}$/u.exec(tree)?.groups?.['expression'];
			return whole === undefined ? tree.replaceAll(pattern, (_, expression: string) => String(resolve(expression, seen))) : resolve(whole, seen);
		}

		if (Array.isArray(tree)) {
			return (tree as readonly Tree[]).map(element => visit(element, seen));
		}

		return isBranch(tree) ? Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, visit(value, seen)])) : tree;
	};

	return visit(root, []);
};
