import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {execa} from 'execa';
import {buildOf} from '../../src/runs/build.ts';
import {root, workspace} from '../cli/workspace.ts';

const digestOf = async (folder: string): Promise<string> => {
	await execa(process.execPath, [path.join(root, 'scripts', 'build-digest.js'), folder]);
	return fs.readFile(path.join(folder, 'digest.txt'), 'utf8');
};

test('the digest of a build changes with what decides numbers alone', async t => {
	const folder = await workspace(t);
	await fs.mkdir(path.join(folder, 'cli'));
	await fs.writeFile(path.join(folder, 'train.js'), 'one');
	await fs.writeFile(path.join(folder, 'cli', 'main.js'), 'one');
	const first = await digestOf(folder);
	t.regex(first, /^[\da-f]{12}$/u);

	await fs.writeFile(path.join(folder, 'cli', 'main.js'), 'two');
	t.is(await digestOf(folder), first);
	await fs.writeFile(path.join(folder, 'train.js'), 'two');
	t.not(await digestOf(folder), first);
});

test('a run names the digest of the modules as they are', async t => {
	const folder = await workspace(t);
	await fs.cp(path.join(root, 'dist', 'src'), folder, {recursive: true});
	const written = await digestOf(folder);
	t.true((await buildOf()).endsWith(`+${written}`));
});
