import {execFileSync} from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {lockRun} from '../../src/runs/run-lock.ts';
import {fixture, pipeline, tinyDefinition, workspace} from './workspace.ts';

const trained = async (t: ExecutionContext): Promise<{readonly cwd: string; readonly out: string}> => {
	const cwd = await workspace(t);
	const {exitCode, stderr} = await pipeline(['train', 'tiny.yaml', '--out', 'out', '--max-steps', '4'], {cwd});
	t.is(exitCode, 0, `stderr: ${stderr}`);
	return {cwd, out: path.join(cwd, 'out')};
};

test.serial('a run whose definition no longer fits is refused with the file and the first fault', async t => {
	const {cwd, out} = await trained(t);
	const file = path.join(out, 'effective.json');
	const effective = JSON.parse(await fs.readFile(file, 'utf8')) as {training: object};
	await fs.writeFile(file, JSON.stringify({...effective, training: {...effective.training, epochs: 'many', later: true}}));
	for (const command of ['resume', 'replay', 'evaluate', 'reproduce']) {
		const {exitCode, stderr} = await pipeline([command, 'out'], {cwd});
		t.is(exitCode, 66, `${command}: ${stderr}`);
		t.regex(stderr, /^error: RUN_UNREADABLE: The run cannot be used: training\.epochs: expected a number, received "many", and 1 more \(\S+effective\.json\)$/mu);
	}
});

test.serial('a run whose lock.json no longer fits is refused with the file and the first fault', async t => {
	const {cwd, out} = await trained(t);
	const file = path.join(out, 'lock.json');
	await fs.writeFile(file, JSON.stringify({...JSON.parse(await fs.readFile(file, 'utf8')) as object, runId: 5}));
	for (const args of [['resume', 'out'], ['runs', 'show', 'out']]) {
		const {exitCode, stderr} = await pipeline(args, {cwd});
		t.is(exitCode, 66, `${args.join(' ')}: ${stderr}`);
		t.regex(stderr, /^error: RUN_UNREADABLE: The run cannot be used: runId: expected a string, received 5 \(\S+lock\.json\)$/mu);
	}
});

test.serial('a file in place of a run directory is told as that', async t => {
	const cwd = await workspace(t);
	for (const args of [['evaluate'], ['resume'], ['replay'], ['reproduce'], ['predict'], ['runs', 'show'], ['runs', 'rm'], ['runs', 'compare', 'tiny.yaml']]) {
		const {exitCode, stderr} = await pipeline([...args, 'tiny.yaml'], {cwd});
		t.is(exitCode, 66, `${args.join(' ')}: ${stderr}`);
		t.regex(stderr, /^error: RUN_UNREADABLE: The run cannot be used: expected a run directory, and this is a file \(\S*tiny\.yaml\)$/mu, args.join(' '));
	}
});

(process.platform === 'win32' ? test.skip : test.serial)('a named pipe in place of a file of a run is told as that, and nobody waits for who writes to it', async t => { // Windows has none in its file system.
	const {cwd, out} = await trained(t);
	for (const [file, ...commands] of [
		['lock.json', 'runs show', 'runs rm', 'resume', 'evaluate', 'reproduce'],
		['effective.json', 'evaluate', 'replay'],
		['report/report.json', 'evaluate'],
		['events.ndjson', 'replay', 'resume'],
	] as const) {
		const kept = path.join(out, file);
		await fs.rename(kept, path.join(cwd, 'aside'));
		execFileSync('mkfifo', [kept]);
		for (const command of commands) {
			const {exitCode, stderr} = await pipeline([...command.split(' '), 'out'], {cwd});
			t.is(exitCode, 66, `${command}: ${stderr}`);
			t.regex(stderr, new RegExp(`^error: RUN_UNREADABLE: .*it is not a regular file \\(\\S+${file}\\)$`, 'mu'), command);
		}

		await fs.rename(path.join(cwd, 'aside'), kept);
	}

	// One that lies where a run looks for words is taken for none, and replaced by them.
	const control = path.join(out, 'control');
	execFileSync('mkfifo', [control]);
	const lock = await lockRun(out);
	const {exitCode, stderr} = await pipeline(['runs', 'stop', 'out'], {cwd});
	await lock.release();
	t.is(exitCode, 0, `stderr: ${stderr}`);
	t.is(await fs.readFile(control, 'utf8'), 'stop\n');
});

test.serial('a run that failed before its training began is said to have failed when it is compared', async t => {
	const {cwd} = await trained(t);
	await fs.writeFile(path.join(cwd, 'broken.yaml'), tinyDefinition.replace(fixture('tiny/images.gz'), './nowhere.gz'));
	const failed = await pipeline(['train', 'broken.yaml', '--out', 'failed'], {cwd});
	t.is(failed.exitCode, 66, `stderr: ${failed.stderr}`);
	const {exitCode, stderr} = await pipeline(['runs', 'compare', 'out', 'failed'], {cwd});
	t.is(exitCode, 66, `stderr: ${stderr}`);
	t.regex(stderr, /^error: RUN_UNTRAINED: The run failed before its training began, so there is nothing of it to compare \(failed\)$/mu);
});
