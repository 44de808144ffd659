import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {execa} from 'execa';
import {lockRun} from '../../src/runs/run-lock.ts';
import {isThere, pipeline, program, reportOf, succeeds, workspace} from './workspace.ts';

test.serial('a directory that is in use is refused with its holder, and one whose process is gone is taken over', async t => {
	const cwd = await workspace(t);
	const out = path.join(cwd, 'out');
	const trained = await pipeline(['train', 'tiny.yaml', '--out', 'out', '--max-steps', '4'], {cwd});
	t.is(trained.exitCode, 0, `stderr: ${trained.stderr}`);
	const lock = await lockRun(out);
	for (const args of [['train', 'tiny.yaml', '--out', 'out', '--force'], ['resume', 'out'], ['runs', 'rm', 'out']]) {
		const {exitCode, stderr} = await pipeline(args, {cwd});
		t.is(exitCode, 73, `stderr: ${stderr}`);
		t.regex(stderr, new RegExp(`^error: RUN_LOCKED: .+ process ${process.pid} on `, 'mu'));
	}

	// The same lock, of a process with this number that began at another time.
	const text = await fs.readFile(path.join(out, '.lock'), 'utf8');
	await lock.release();
	t.false((await fs.readdir(out)).includes('.lock'));
	await fs.writeFile(path.join(out, '.lock'), JSON.stringify({...JSON.parse(text) as object, began: '1'}));
	const {exitCode, stderr} = await pipeline(['resume', 'out'], {cwd});
	t.is(exitCode, 0, `stderr: ${stderr}`);
	t.regex(stderr, new RegExp(`^warning: process ${process.pid}, .+ is gone; its lock is taken over`, 'mu'));
	t.like(await reportOf(out), {status: 'completed', training: {steps: 30}});
});

test.serial('the control file ends a run as a signal does, and says how to go on', async t => {
	const cwd = await workspace(t);
	const out = path.join(cwd, 'out');
	const child = pipeline(['train', 'tiny.yaml', '--out', 'out', '-s', 'training.epochs=1000000'], {cwd});
	for await (const line of child.iterable({from: 'stderr'})) {
		if (line.startsWith('epoch 2/')) {
			await fs.writeFile(path.join(out, 'control'), 'stop\n');
		}
	}

	const {exitCode, stderr} = await child;
	t.is(exitCode, 143);
	t.regex(stderr, /^hint: Go on with "pipeline resume .+out"\.$/mu);
	t.like(await reportOf(out), {status: 'interrupted', resume: `pipeline resume ${await fs.realpath(out)}`});
	t.false((await fs.readdir(out)).includes('control'));
});

test.serial('checkpoints are listed, verified and compared; runs are listed and removed', async t => {
	const cwd = await workspace(t);
	const trained = await pipeline(['train', 'tiny.yaml', '--out', 'runs/one', '-s', 'training.checkpoints.everySteps=10'], {cwd});
	t.is(trained.exitCode, 0, `stderr: ${trained.stderr}`);
	const listed = await pipeline(['checkpoint', 'ls', 'runs/one', '--json'], {cwd});
	const {data} = JSON.parse(listed.stdout) as {data: ReadonlyArray<{path: string; fault?: string}>};
	t.true(data.length >= 2);
	t.true(data.every(({fault}) => fault === undefined));
	const [first, second] = data.map(({path: file}) => file);
	const compared = await pipeline(['checkpoint', 'diff', first!, second!], {cwd});
	t.regex(compared.stdout, /^parameters {2}differs by /mu);
	const newest = await pipeline(['checkpoint', 'diff', 'runs/one', path.join('runs/one/checkpoints', 'step-30.ckpt')], {cwd});
	t.regex(newest.stdout, /^header {3}the same\nparameters {2}the same, bit for bit/u, 'of a run it is the newest');
	const nowhere = await pipeline(['checkpoint', 'ls', 'runs/two'], {cwd});
	t.is(nowhere.exitCode, 66);
	t.regex(nowhere.stderr, /^error: FILE_NOT_FOUND: .*runs\/two/u);
	const stopped = await pipeline(['runs', 'stop', 'runs/one'], {cwd});
	t.regex(stopped.stderr, /no process runs it now \(runs\/one\)\nhint: "pipeline runs show RUN" says how it ended\.$/u);

	await fs.truncate(path.resolve(cwd, second!), 200);
	const verified = await pipeline(['checkpoint', 'verify', 'runs/one'], {cwd});
	t.is(verified.exitCode, 81, `stderr: ${verified.stderr}`);
	t.true(verified.stderr.includes(path.basename(second!)));

	const runs = await pipeline(['runs', 'ls', '--json'], {cwd});
	t.like((JSON.parse(runs.stdout) as {data: unknown[]}).data[0], {status: 'completed', seed: 1});
	await fs.writeFile(path.join(cwd, 'runs', 'one', 'mine.txt'), '');
	t.is((await pipeline(['runs', 'rm', 'runs/one'], {cwd})).exitCode, 0);
	t.deepEqual(await fs.readdir(path.join(cwd, 'runs', 'one')), ['mine.txt']);
});

test.serial('what a run leaves that was killed before it had written what it was given is removed', async t => {
	const cwd = await workspace(t);
	const out = path.join(cwd, 'runs', 'early');
	await fs.mkdir(out, {recursive: true});
	await lockRun(out);
	const lock = path.join(out, '.lock');
	await fs.writeFile(lock, JSON.stringify({...JSON.parse(await fs.readFile(lock, 'utf8')) as object, began: '1'}));
	await fs.writeFile(path.join(out, '.effective.json.tmp'), '{');
	await fs.symlink('early', path.join(cwd, 'runs', 'latest'));
	const resumed = await pipeline(['resume', 'runs/early'], {cwd});
	t.is(resumed.exitCode, 81, `stderr: ${resumed.stderr}`);
	const removed = await pipeline(['runs', 'rm', 'runs/latest'], {cwd});
	t.is(removed.exitCode, 0, `stderr: ${removed.stderr}`);
	t.false(isThere(out));
});

test.serial('a folder that no run left is not removed, whatever its files are called', async t => {
	const cwd = await workspace(t, {'thesis/report': 'mine', 'thesis/.lock': 'mine'});
	const {exitCode, stderr} = await pipeline(['runs', 'rm', 'thesis'], {cwd});
	t.is(exitCode, 66, `stderr: ${stderr}`);
	t.true(isThere(path.join(cwd, 'thesis', 'report')));
});

test.serial('a run whose program is lost is continued by its supervisor', async t => {
	const cwd = await workspace(t);
	const log = path.join(cwd, 'failpoints.log');
	const {exitCode, stderr} = await execa(process.execPath, [program, 'train', 'tiny.yaml', '--out', 'out', '--supervise', '-s', 'training.checkpoints.everySteps=2', '--max-steps', '20', '--max-time', '10m', '--progress', 'none', '-v'], {
		cwd, reject: false, stdin: 'ignore', env: {THREADLOOM_FAILPOINTS: 'step@12=kill', THREADLOOM_FAILPOINTS_LOG: log},
	});
	t.is(exitCode, 0, `stderr: ${stderr}`);
	t.is(await fs.readFile(log, 'utf8'), 'step@12=kill\n');
	// That of step 10 may not have been whole; before it, that of the best epoch, after step 9, is written.
	t.regex(stderr, /the run was lost \(SIGKILL\); it goes on from step (?:8|9|10)\n/u);
	// What goes on is the command that was given: so many steps, and no evaluation.
	const report = await reportOf(path.join(cwd, 'out'));
	t.like(report, {status: 'completed', training: {steps: 20, stopped: 'maxSteps'}});
	t.deepEqual(report['evaluation'], {});
	t.notRegex(stderr, /epoch /u);
});

/** Whether a file system of one's own can be mounted here. */
const mounts = (): boolean => succeeds('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']);

test.serial('a full disk and a read-only one end the run with their codes', async t => {
	if (!mounts()) {
		t.log('skipped: no file system can be mounted here');
		t.pass();
		return;
	}

	const cwd = await workspace(t);
	const disk = path.join(cwd, 'disk');
	await fs.mkdir(disk);
	const inside = async (options: string, args: readonly string[]) => execa('unshare', [
		'-rm', 'bash', '-c', `mount -t tmpfs -o ${options} none "${disk}" && "$0" "$@"; code=$?; ls -a "${disk}/out/checkpoints" 2>/dev/null; exit $code`, process.execPath, program, ...args,
	], {cwd, reject: false, stdin: 'ignore'});
	const full = await inside('size=64k', ['train', 'tiny.yaml', '--out', 'disk/out', '--quiet', '-s', 'training.epochs=100000', '-s', 'training.checkpoints.everySteps=1', '-s', 'training.checkpoints.keepLast=100000']);
	t.is(full.exitCode, 74, `stderr: ${full.stderr}`);
	t.regex(full.stderr, /^error: WRITE_FAILED: .*(?:no space left|ENOSPC)/imu);
	t.notRegex(full.stdout, /\.tmp/u);
	const readOnly = await inside('ro', ['train', 'tiny.yaml', '--out', 'disk/out']);
	t.is(readOnly.exitCode, 73, `stderr: ${readOnly.stderr}`);
	t.regex(readOnly.stderr, /^error: OUTPUT_UNWRITABLE: /mu);
	t.false(isThere(path.join(disk, 'out')));
});

test.serial('runs that cannot be changed where they lie are told with 73', async t => {
	if (!mounts()) {
		t.log('skipped: no file system can be mounted here');
		t.pass();
		return;
	}

	const cwd = await workspace(t);
	const out = path.join(cwd, 'out');
	await pipeline(['train', 'tiny.yaml', '--out', 'out', '--max-steps', '4'], {cwd});
	const readOnly = async (action: string) => execa('unshare', [
		'-rm', 'bash', '-c', `mount --bind "${out}" "${out}" && mount -o remount,bind,ro "${out}" && "$0" "$@"`, process.execPath, program, 'runs', action, 'out',
	], {cwd, reject: false, stdin: 'ignore'});
	const removed = await readOnly('rm');
	const lock = await lockRun(out);
	const stopped = await readOnly('stop');
	await lock.release();
	for (const {exitCode, stderr} of [removed, stopped]) {
		t.is(exitCode, 73, `stderr: ${stderr}`);
		t.regex(stderr, /^error: RUN_UNWRITABLE: The run directory cannot be changed: EROFS: .+ \(out\)$/mu);
	}
});

test.serial('a system without /proc runs a definition all the same', async t => {
	if (!mounts()) {
		t.log('skipped: no file system can be mounted here');
		t.pass();
		return;
	}

	const cwd = await workspace(t);
	const {exitCode, stderr} = await execa('unshare', ['-rm', 'bash', '-c', 'mount -t tmpfs none /proc && "$0" "$@"', process.execPath, program, 'run', 'tiny.yaml', '--out', 'out', '--quiet'], {cwd, reject: false, stdin: 'ignore'});
	t.is(exitCode, 0, `stderr: ${stderr}`);
	t.like(await reportOf(path.join(cwd, 'out')), {status: 'completed'});
});
