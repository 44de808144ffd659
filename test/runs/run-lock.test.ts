import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import {lockRun} from '../../src/runs/run-lock.ts';

test('of several that find a stale lock at the same time one takes it, and the others hear of that one', async t => {
	const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'threadloom-lock-'));
	t.teardown(async () => fs.rm(folder, {recursive: true, force: true}));
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
