import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import type {ThreadloomError} from '../../src/errors/threadloom-error.ts';
import {holderOfRun, lockRun} from '../../src/runs/run-lock.ts';
import {temporaryFolder} from '../helpers/temporary-folder.ts';

test('of several that find a stale lock at the same time one takes it, and the others hear of that one', async t => {
	const folder = await temporaryFolder(t);
	for (let round = 0; round < 200; round++) {
		const directory = path.join(folder, String(round));
		await fs.mkdir(directory);
		await fs.writeFile(path.join(directory, '.lock'), 'cut off');
		const taken = await Promise.allSettled(Array.from({length: 8}, async () => lockRun(directory)));
		const [winner, ...others] = taken.filter(({status}) => status === 'fulfilled') as Array<PromiseFulfilledResult<Awaited<ReturnType<typeof lockRun>>>>;
		t.deepEqual(others, []);
		t.regex(winner!.value.notice!, /taken over/u);
		t.true(taken.every(result => result.status === 'fulfilled' || (result.reason as {code: string}).code === 'RUN_LOCKED'));
		await winner!.value.release();
		t.deepEqual(await fs.readdir(directory), []);
	}
});

test('the lock of another host counts, since nobody can look there', async t => {
	const directory = await temporaryFolder(t);
	const own = await lockRun(directory);
	const held = JSON.parse(await fs.readFile(path.join(directory, '.lock'), 'utf8')) as Record<string, unknown>;
	await own.release();
	await fs.writeFile(path.join(directory, '.lock'), JSON.stringify({...held, host: 'elsewhere', pid: 2 ** 22}));
	const refused = await t.throwsAsync<ThreadloomError>(lockRun(directory), {code: 'RUN_LOCKED'});
	t.is(refused!.details['host'], 'elsewhere');
	// It may be a container that was killed, and will never give the lock back.
	t.regex(refused!.hint!, /Where elsewhere is gone, .+ remove the file \.lock/u);
});

test('a number of a process that was this one\'s before the machine was started anew is taken over', async t => {
	const directory = await temporaryFolder(t);
	const own = await lockRun(directory);
	const held = JSON.parse(await fs.readFile(path.join(directory, '.lock'), 'utf8')) as Record<string, unknown>;
	await t.throwsAsync(lockRun(directory), {code: 'RUN_LOCKED'});
	await own.release();
	await fs.writeFile(path.join(directory, '.lock'), JSON.stringify({...held, boot: 'another'}));
	const {notice, release} = await lockRun(directory);
	t.regex(notice!, /is gone; its lock is taken over/u);
	await release();
	t.deepEqual(await fs.readdir(directory), []);
});

test('a lock that somebody else has meanwhile is not given back', async t => {
	const directory = await temporaryFolder(t);
	const {release} = await lockRun(directory);
	await fs.writeFile(path.join(directory, '.lock'), 'another\'s');
	await release();
	t.deepEqual(await fs.readdir(directory), ['.lock']);
});

for (const [what, make] of [
	['a folder', async (file: string) => fs.mkdir(file)],
	['a link to nothing', async (file: string) => fs.symlink('nowhere', file)],
] as const) {
	test(`what stands in the place of a lock and is none, ${what}, is told and not waited for`, async t => {
		const directory = await temporaryFolder(t);
		const file = path.join(directory, '.lock');
		await make(file);
		await t.throwsAsync(lockRun(directory), {code: 'OUTPUT_UNWRITABLE', message: /no file/u});
		t.is(await holderOfRun(directory), undefined);
		t.deepEqual(await fs.readdir(directory), ['.lock']);
	});
}
