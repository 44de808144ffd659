import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {execa} from 'execa';
import {blocks, createProject, readPage} from './project.ts';

const reportOf = async (folder: string, run: string): Promise<{readonly status: string; readonly history: readonly unknown[]}> =>
	JSON.parse(await fs.readFile(path.join(folder, run, 'report/report.json'), 'utf8')) as {status: string; history: readonly unknown[]};

test('the definition, the operator and the code of the README run as they stand there', async t => {
	const page = await readPage('README.md');
	const [definition] = blocks(page, 'yaml');
	const [operator, code, listening] = blocks(page, 'js');
	// A few records are enough to see it run.
	const folder = await createProject(t, {
		'garments.yaml': definition!.replace('operators:\n', 'operators:\n  - take: {count: 200}\n').replace('epochs: 5', 'epochs: 2'),
		'my-operator.js': operator!,
		'train.js': code!,
		'listen.js': listening!,
	});
	const {stdout} = await execa(process.execPath, ['train.js'], {cwd: folder});
	const accuracy = Number(stdout);
	t.true(accuracy >= 0 && accuracy <= 1, `printed: ${String(stdout)}`);
	const {status, history} = await reportOf(folder, 'runs/first');
	t.is(status, 'completed');
	t.is(history.length, 2);
	const {stdout: epochs} = await execa(process.execPath, ['listen.js'], {cwd: folder});
	t.regex(epochs, /^1 [\d.]+\n2 [\d.]+$/u);
});

test('the definitions of docs/definition.md run as they stand there', async t => {
	const page = await readPage('docs/definition.md');
	const [whole, augmented, counts, squares] = blocks(page, 'yaml');
	const [source, sink] = blocks(page, 'js');
	const folder = await createProject(t, {
		'whole.yaml': whole!.replace('operators:\n', 'operators:\n  - take: {count: 200}\n'),
		'augmented.yaml': augmented!,
		'counts.yaml': counts!,
		'squares.yaml': squares!,
		'squares.js': source!,
		'losses.js': sink!,
	});
	const program = path.join(folder, 'node_modules/threadloom/bin/pipeline');
	await execa(program, ['run', 'whole.yaml', '--profile', 'quick', '--out', 'runs/whole'], {cwd: folder});
	const {status, history} = await reportOf(folder, 'runs/whole');
	t.is(status, 'completed');
	t.is(history.length, 1, 'the profile says one epoch');
	await execa(program, ['run', 'augmented.yaml', '--out', 'runs/augmented'], {cwd: folder});
	t.is((await reportOf(folder, 'runs/augmented')).status, 'completed');
	const {stdout} = await execa(program, ['run', 'counts.yaml', '--out', 'runs/counts'], {cwd: folder});
	t.regex(stdout, /\b500\b/u);
	await execa(program, ['run', 'squares.yaml', '--out', 'runs/squares'], {cwd: folder});
	t.regex(await fs.readFile(path.join(folder, 'runs/squares/losses.txt'), 'utf8'), /^(?:\d \d+\.\d+\n){3}$/u);
});

test('the definition of docs/remote-data.md is valid', async t => {
	const [remote] = blocks(await readPage('docs/remote-data.md'), 'yaml');
	const folder = await createProject(t, {'remote.yaml': remote!});
	const {stdout} = await execa(path.join(folder, 'node_modules/threadloom/bin/pipeline'), ['validate', 'remote.yaml'], {cwd: folder});
	t.is(stdout, 'remote.yaml: valid');
});

test('the operators of docs/operators.md, in JavaScript, in TypeScript and in code, run as they stand there', async t => {
	const page = await readPage('docs/operators.md');
	const [invert, inCode] = blocks(page, 'js');
	const [brighter] = blocks(page, 'ts');
	const [definition] = blocks(page, 'yaml');
	const folder = await createProject(t, {
		'invert.js': invert!, 'brighter.ts': brighter!, 'augmented.yaml': definition!, 'in-code.js': inCode!,
	});
	const program = path.join(folder, 'node_modules/threadloom/bin/pipeline');
	await execa(program, ['run', 'augmented.yaml', '--out', 'runs/augmented'], {cwd: folder});
	t.is((await reportOf(folder, 'runs/augmented')).status, 'completed');
	const {stdout} = await execa(process.execPath, ['in-code.js'], {cwd: folder});
	t.is(stdout.trim().split('\n').at(-1), 'completed');
});
