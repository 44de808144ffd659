import fs from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import ts from 'typescript';
import {temporaryFolder} from '../helpers/temporary-folder.ts';
import {blocks, readPage, root} from './project.ts';

/** A project with the package's declarations installed as they are published, so that nothing but its entry can be named. */
const createTypedProject = async (t: ExecutionContext, files: Readonly<Record<string, string>>): Promise<string> => {
	const folder = await temporaryFolder(t);
	const installed = path.join(folder, 'node_modules/threadloom');
	await fs.cp(path.join(root, 'dist/src'), path.join(installed, 'dist/src'), {recursive: true, filter: file => !/\.(?:js|map|json|wasm)$/u.test(file)});
	await fs.copyFile(path.join(root, 'package.json'), path.join(installed, 'package.json'));
	for (const name of ['rxjs', 'zod', '@types']) {
		await fs.symlink(path.join(root, 'node_modules', name), path.join(folder, 'node_modules', name));
	}

	for (const [name, text] of Object.entries({'package.json': '{"type": "module"}', ...files})) {
		await fs.writeFile(path.join(folder, name), text);
	}

	return folder;
};

/** Compiles files as a library with declarations of its own would be. */
const faultsOf = (folder: string, names: readonly string[]): readonly string[] => {
	const program = ts.createProgram({
		rootNames: names.map(name => path.join(folder, name)),
		options: {
			strict: true,
			exactOptionalPropertyTypes: true,
			module: ts.ModuleKind.NodeNext,
			target: ts.ScriptTarget.ES2023,
			lib: ['lib.es2023.d.ts'],
			types: ['node'],
			declaration: true,
			emitDeclarationOnly: true,
			outDir: path.join(folder, 'out'),
		},
	});
	const {diagnostics} = program.emit(undefined, () => {});
	return [...ts.getPreEmitDiagnostics(program), ...diagnostics].map(({messageText}) => ts.flattenDiagnosticMessageText(messageText, '\n'));
};

test('a library in strict TypeScript declares operators, sources, sinks and what it reads, by the types of the package\'s entry', async t => {
	const [brighter] = blocks(await readPage('docs/operators.md'), 'ts');
	const [source, sink] = blocks(await readPage('docs/definition.md'), 'js');
	const folder = await createTypedProject(t, {
		'brighter.ts': brighter!,
		'squares.ts': source!,
		'losses.ts': sink!,
		'learns.ts': [
			'import {map} from \'rxjs\';',
			'import {defineOperator} from \'threadloom\';',
			'import {z} from \'zod\';',
			'export default defineOperator({',
			'	options: z.strictObject({}), cardinality: \'one\', output: spec => spec, fit: async () => ({mean: 1}),',
			'	create: (_, {random, meter}, {mean}) => map(example => ({...example, label: mean * random.uniform(example.index) + meter.held})),',
			'});',
		].join('\n'),
		'read.ts': [
			'import {classify, definePipeline, loadDefinition, readCheckpoint, runPipeline, type RunControl, type RunEvent, type RunOptions} from \'threadloom\';',
			'export const control: RunControl = {checkpoint() {}, onCheckpoint: () => () => undefined};',
			'export const options: RunOptions = {out: \'runs/first\', maxSteps: 3, control};',
			'export const parameters = async (file: string) => readCheckpoint(file);',
			'export const run = async () => runPipeline(await loadDefinition({text: \'version: 1\'}), options);',
			'export const scores = classify;',
			'export const whole = definePipeline({version: 1, data: {train: {synthetic: {}}}, extends: \'base.yaml\', profiles: {quick: {batches: {size: 8}}}});',
			'export const lossOf = (event: RunEvent) => event.type === \'epoch\' ? event.train.loss : undefined;',
		].join('\n'),
	});
	t.deepEqual(faultsOf(folder, ['brighter.ts', 'squares.ts', 'losses.ts', 'learns.ts', 'read.ts']), []);
});
