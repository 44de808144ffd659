import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';

const root = path.resolve(import.meta.dirname, '../../..');

/** The fenced blocks of a page in one language, in order. */
const blocks = (page: string, language: string): readonly string[] =>
	[...page.matchAll(/^```(?<language>\w+)\n(?<code>.*?)^```$/gmsu)]
		.filter(({groups}) => groups?.['language'] === language)
		.map(({groups}) => groups!['code']!);

/** A project of a user's: its own folder, with the package and what an operator imports installed. */
const createProject = async (): Promise<string> => {
	const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'threadloom-test-'));
	await fs.mkdir(path.join(folder, 'node_modules'));
	await fs.symlink(root, path.join(folder, 'node_modules/threadloom'));
	for (const name of ['rxjs', 'zod']) {
		await fs.symlink(path.join(root, 'node_modules', name), path.join(folder, 'node_modules', name));
	}

	for (const name of await fs.readdir(path.join(root, 'fixtures/garments'))) {
		await fs.symlink(path.join(root, 'fixtures/garments', name), path.join(folder, name));
	}

	await fs.writeFile(path.join(folder, 'package.json'), '{"type": "module"}');
	return folder;
};

test('the definition, the operator and the code of the README run as they stand there', async t => {
	const page = await fs.readFile(path.join(root, 'README.md'), 'utf8');
	const [definition] = blocks(page, 'yaml');
	const [operator, code] = blocks(page, 'js');
	const folder = await createProject();
	t.teardown(async () => fs.rm(folder, {recursive: true}));
	// A few records are enough to see it run.
	await fs.writeFile(path.join(folder, 'garments.yaml'), definition!
		.replace('operators:\n', 'operators:\n  - take: {count: 200}\n')
		.replace('epochs: 5', 'epochs: 2'));
	await fs.writeFile(path.join(folder, 'my-operator.js'), operator!);
	await fs.writeFile(path.join(folder, 'train.js'), code!);
	const {stdout} = await execa(process.execPath, ['train.js'], {cwd: folder});
	const accuracy = Number(stdout);
	t.true(accuracy >= 0 && accuracy <= 1, `printed: ${String(stdout)}`);
	const report = JSON.parse(await fs.readFile(path.join(folder, 'runs/first/report/report.json'), 'utf8')) as {status: string; history: readonly unknown[]};
	t.is(report.status, 'completed');
	t.is(report.history.length, 2);
});
