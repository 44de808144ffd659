import fs from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {pipeline, root, tinyDefinition, workspace} from './workspace.ts';

/** A project with a copy of the package of its own, and an operator that uses it. */
const project = async (t: ExecutionContext, options: string): Promise<string> => {
	const cwd = await workspace(t, {
		'own.yaml': tinyDefinition.replace('operators:\n', `operators:\n  - ./brighten.js: ${options}\n`),
		'brighten.js': [
			'import {defineOperator, ThreadloomError} from \'threadloom\';',
			`import {map} from '${import.meta.resolve('rxjs')}';`,
			`import {z} from '${import.meta.resolve('zod')}';`,
			'export default defineOperator({',
			'	options: z.strictObject({by: z.number()}),',
			'	cardinality: \'one\',',
			'	output(spec, {by}) {',
			'		if (by > 255) {',
			'			throw new ThreadloomError(\'OPERATOR_SPEC\', \'It cannot be as bright as that\', {details: {}, exitCode: 78});',
			'		}',
			'		return spec;',
			'	},',
			'	create: ({by}) => map(example => ({...example, features: example.features.map(value => Math.min(255, value + by))})),',
			'});',
			'',
		].join('\n'),
	});
	const copy = path.join(cwd, 'node_modules', 'threadloom');
	await fs.cp(path.join(root, 'dist', 'bundle'), path.join(copy, 'dist', 'bundle'), {recursive: true});
	await fs.copyFile(path.join(root, 'package.json'), path.join(copy, 'package.json'));
	await fs.symlink(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
	return cwd;
};

test.serial('an operator made with another copy of the package runs', async t => {
	const cwd = await project(t, '{by: 3}');
	const {exitCode, stderr} = await pipeline(['run', 'own.yaml', '--epochs', '1'], {cwd});
	t.is(exitCode, 0, stderr);
});

test.serial('wrong options of an operator made with another copy are told with their place', async t => {
	const cwd = await project(t, '{buy: 3}');
	const {exitCode, stderr} = await pipeline(['plan', 'own.yaml'], {cwd});
	t.is(exitCode, 78, stderr);
	t.regex(stderr, /DEFINITION_INVALID[^]*own\.yaml:7:21: operators\[0\]\["\.\/brighten\.js"\]\.buy/u);
});

test.serial('an error of another copy keeps its code', async t => {
	const cwd = await project(t, '{by: 1000}');
	const {exitCode, stderr} = await pipeline(['plan', 'own.yaml'], {cwd});
	t.is(exitCode, 78, stderr);
	t.regex(stderr, /^error: OPERATOR_SPEC: It cannot be as bright as that/mu);
});
