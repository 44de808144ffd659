import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {execa} from 'execa';
import {pipeline, program, reportOf, workspace} from './workspace.ts';

const endless = ['run', 'tiny.yaml', '--out', 'out', '-s', 'training.epochs=1000000'];

const interrupted = test.macro(async (t, {signal, exit, code}: {readonly signal: 'SIGINT' | 'SIGTERM'; readonly exit: number; readonly code: string}) => {
	const cwd = await workspace(t);
	const child = pipeline([...endless, '--json'], {cwd});
	for await (const line of child.iterable({from: 'stderr'})) {
		if (line.startsWith('epoch 3/')) {
			child.kill(signal);
			break;
		}
	}

	const {exitCode, stdout, stderr} = await child;
	t.is(exitCode, exit, `stderr: ${stderr}`);
	t.notRegex(stderr, /^\s+at /mu);
	t.like(JSON.parse(stdout), {ok: false, data: null, error: {code, exitCode: exit}});

	const directory = path.join(cwd, 'out');
	const report = await reportOf(directory);
	t.is(report['status'], 'interrupted');
	const {steps} = report['training'] as {steps: number};
	t.true(steps >= 9);
	const checkpoints = await fs.readdir(path.join(directory, 'checkpoints'));
	t.true(checkpoints.includes(`step-${steps}.ckpt`), `the last step, ${steps}, is in ${checkpoints.join(', ')}`);

	const evaluated = await pipeline(['evaluate', 'out'], {cwd});
	t.is(evaluated.exitCode, 0, `stderr: ${evaluated.stderr}`);
});

test.serial('SIGINT ends a run with 130, its checkpoint and a report', interrupted, {signal: 'SIGINT', exit: 130, code: 'INTERRUPTED'});
test.serial('SIGTERM ends a run with 143, its checkpoint and a report', interrupted, {signal: 'SIGTERM', exit: 143, code: 'TERMINATED'});

test.serial('a reader that closes stdout does not end the run', async t => {
	const cwd = await workspace(t);
	const child = execa(process.execPath, [program, 'run', 'tiny.yaml', '--out', 'out'], {cwd, reject: false, buffer: {stdout: false}, timeout: 60_000});
	child.stdout.destroy();
	const {exitCode, stderr} = await child;
	t.is(exitCode, 0, `stderr: ${stderr}`);
	t.notRegex(stderr, /EPIPE|^\s+at /mu);
	t.is((await reportOf(path.join(cwd, 'out')))['status'], 'completed');
});

test.serial('| head ends a long print quietly', async t => {
	const cwd = await workspace(t);
	const {exitCode, stdout, stderr} = await execa('bash', ['-c', 'set -o pipefail; "$0" "$1" config schema | head -n 1', process.execPath, program], {cwd, reject: false});
	t.deepEqual({exitCode, stdout, stderr}, {exitCode: 0, stdout: '{', stderr: ''});
});
