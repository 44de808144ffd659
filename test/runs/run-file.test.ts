import path from 'node:path';
import test from 'ava';
import {openRunDirectory} from '../../src/runs/run-directory.ts';
import {readJson} from '../../src/runs/run-file.ts';
import {temporaryFolder} from '../helpers/temporary-folder.ts';

test('a directory that is none, and one that is no run, are told as that', async t => {
	const folder = await temporaryFolder(t);
	const none = path.join(folder, 'none');
	for (const reading of [openRunDirectory(none), readJson(none, 'lock.json')]) {
		await t.throwsAsync(reading, {code: 'RUN_UNREADABLE', message: `The run cannot be used: there is no such directory (${none})`});
	}

	await t.throwsAsync(openRunDirectory(folder), {code: 'RUN_UNREADABLE', message: `The run cannot be used: there is no lock.json in it (${folder})`});
	await t.throwsAsync(readJson(folder, 'report/report.json'), {code: 'RUN_UNREADABLE', message: `The run cannot be used: there is no report/report.json in it (${folder})`});
});
