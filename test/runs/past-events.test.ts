import fs from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {chooseCheckpoint} from '../../src/runs/choose-checkpoint.ts';
import {checkpointFiles} from '../../src/runs/inspect-checkpoints.ts';
import {cutEvents, readEvents} from '../../src/runs/past-events.ts';
import {collect} from '../helpers/collect.ts';
import {temporaryFolder} from '../helpers/temporary-folder.ts';

const until = {step: 4, epoch: 1};
const events = async (t: ExecutionContext): Promise<{readonly directory: string; readonly file: string}> => {
	const directory = await temporaryFolder(t);
	return {directory, file: path.join(directory, 'events.ndjson')};
};

test('events that are not there or cannot be read are told as those of a run that cannot be used', async t => {
	const {directory, file} = await events(t);
	await t.throwsAsync(collect(readEvents(directory)), {code: 'RUN_UNREADABLE', message: `The run cannot be used: there is no events.ndjson in it (${directory})`});
	await fs.mkdir(file);
	await t.throwsAsync(collect(readEvents(directory)), {code: 'RUN_UNREADABLE', message: /not a regular file.*events\.ndjson/u});
	await t.throwsAsync(cutEvents(directory, until), {code: 'RUN_UNREADABLE'});
});

test.serial('events that may not be written to are told before a run goes on', async t => {
	const {directory, file} = await events(t);
	await fs.writeFile(file, '');
	const {truncate} = fs;
	fs.truncate = async () => {
		throw Object.assign(new Error('EACCES: permission denied, open'), {code: 'EACCES'});
	};

	try {
		await t.throwsAsync(cutEvents(directory, until), {code: 'RUN_UNWRITABLE', message: /EACCES/u});
	} finally {
		fs.truncate = truncate;
	}

	t.like(await cutEvents(directory, until), {next: 0});
});

test('a folder of checkpoints that cannot be read is not taken for one that has none', async t => {
	const {directory} = await events(t);
	await t.throwsAsync(chooseCheckpoint(directory, {restoresBest: false}), {code: 'CHECKPOINT_MISSING'});
	await t.throwsAsync(checkpointFiles(directory), {code: 'CHECKPOINT_MISSING'});
	await fs.symlink('checkpoints', path.join(directory, 'checkpoints')); // Leads to itself.
	await t.throwsAsync(chooseCheckpoint(directory, {restoresBest: false}), {code: 'RUN_UNREADABLE', message: /ELOOP/u});
	await t.throwsAsync(checkpointFiles(directory), {code: 'RUN_UNREADABLE', message: /ELOOP/u});
});
