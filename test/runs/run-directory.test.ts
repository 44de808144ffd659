import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {createRunDirectory} from '../../src/runs/run-directory.ts';
import {temporaryFolder} from '../helpers/temporary-folder.ts';

test('runs that begin in the same second without a place of their own each get one', async t => {
	const cwd = await temporaryFolder(t);
	const count = 12;
	const places = await Promise.all(Array.from({length: count}, async () => createRunDirectory({out: undefined, name: 'tiny', force: false, cwd})));
	t.is(new Set(places.map(({directory}) => directory)).size, count);
	for (const {directory, lock} of places) {
		t.regex(path.basename(directory), /^tiny-\d{8}-\d{6}(?:-\d+)?$/u);
		await lock.release();
	}

	const entries = await fs.readdir(path.join(cwd, 'runs'));
	t.is(entries.length, count + 1, 'the runs and latest');
	t.true(entries.includes(path.basename(await fs.realpath(path.join(cwd, 'runs', 'latest')))));
});

test('where runs cannot be made is told', async t => {
	const cwd = await temporaryFolder(t);
	await fs.writeFile(path.join(cwd, 'runs'), '');
	await t.throwsAsync(createRunDirectory({out: undefined, name: 'tiny', force: false, cwd}), {code: 'OUTPUT_UNWRITABLE'});
});

test('a directory that holds a run is refused and left unlocked; force removes what a run leaves and nothing else', async t => {
	const cwd = await temporaryFolder(t);
	const given = {out: 'out', name: 'tiny', cwd};
	const {directory, lock} = await createRunDirectory({...given, force: false});
	await lock.release();
	// A request to stop that was left would end the next run.
	for (const name of ['events.ndjson', 'control', 'rejected.ndjson', 'statistics.json', 'notes.txt']) {
		await fs.writeFile(path.join(directory, name), '');
	}

	await t.throwsAsync(createRunDirectory({...given, force: false}), {code: 'OUTPUT_EXISTS'});
	t.false((await fs.readdir(directory)).includes('.lock'));
	const again = await createRunDirectory({...given, force: true});
	await again.lock.release();
	t.deepEqual(await fs.readdir(directory), ['notes.txt']);
});

test('a folder where the link to the newest run belongs, as of a copy of runs, is told as that, and left alone', async t => {
	const cwd = await temporaryFolder(t);
	await fs.mkdir(path.join(cwd, 'runs', 'latest'), {recursive: true});
	await t.throwsAsync(createRunDirectory({out: undefined, name: 'a', force: false, cwd}), {code: 'OUTPUT_UNWRITABLE', message: /a folder where the link to the newest run belongs.+latest\)$/u});
	t.false((await fs.readdir(path.join(cwd, 'runs'))).some(entry => entry.startsWith('.latest')));
});
