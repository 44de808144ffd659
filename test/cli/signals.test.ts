import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {setTimeout} from 'node:timers/promises';
import test from 'ava';
import {execa} from 'execa';
import {holderOfRun} from '../../src/runs/run-lock.ts';
import {isThere, pipeline, program, reportOf, said, slowModule, succeeds, tinyDefinition, workspace} from './workspace.ts';

/** Trains for as long as it is let, some ten epochs a second: what a signal leaves to do is then never much. */
const endless = {
	'slow.yaml': tinyDefinition.replace('batches: {size: 4}', '  - ./slow.js\nbatches: {size: 4, shuffle: none}').replace('epochs: 10', 'epochs: 1000000\n  checkpoints: {everyMinutes: 60}'),
	'slow.js': slowModule,
};
const run = ['run', 'slow.yaml', '--out', 'out'];

const until = async (isMet: () => Promise<boolean>): Promise<void> => {
	while (!await isMet()) {
		await setTimeout(20);
	}
};

const interrupted = test.macro(async (t, {signal, exit, code}: {readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'; readonly exit: number; readonly code: string}) => {
	const cwd = await workspace(t, endless);
	const child = pipeline([...run, '--json'], {cwd});
	await said(child.stderr, 'epoch 3/');
	child.kill(signal);
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
test.serial('SIGHUP, of a terminal that is closed, ends a run as SIGTERM does', interrupted, {signal: 'SIGHUP', exit: 143, code: 'TERMINATED'});

test.serial('SIGUSR2 asks for a checkpoint, and training goes on', async t => {
	const cwd = await workspace(t, endless);
	const child = pipeline(run, {cwd});
	await said(child.stderr, 'epoch 2/');
	child.kill('SIGUSR2');
	const folder = path.join(cwd, 'out', 'checkpoints');
	const saved = async (): Promise<readonly string[]> => (await fs.readdir(folder).catch((): string[] => [])).filter(name => name.endsWith('.ckpt'));
	await until(async () => (await saved()).length > 0);
	const [name] = await saved();
	const step = Number(/step-(?<step>\d+)/u.exec(name!)?.groups?.['step']);
	t.true(step >= 3);
	await said(child.stderr, `epoch ${Math.ceil(step / 3) + 2}/`);
	child.kill('SIGINT');
	t.is((await child).exitCode, 130);
	const {steps} = (await reportOf(path.join(cwd, 'out')))['training'] as {steps: number};
	t.true(steps > step);
});

/** A sink that never comes to its end keeps the run from its. */
const hanging = {
	...endless,
	'slow.yaml': endless['slow.yaml'].replace('sinks: [', 'sinks: [./hangs.js, '),
	'hangs.js': `import {z} from '${import.meta.resolve('zod')}';
export default {kind: 'events', options: z.object({}), create: async () => ({event() {}, close: () => new Promise(resolve => setTimeout(resolve, 1e9))})};
`,
};

test.serial('a later signal ends the program at once, with what was kept', async t => {
	const cwd = await workspace(t, hanging);
	const child = pipeline([...run, '--grace', '1h'], {cwd});
	await said(child.stderr, 'epoch 2/');
	// Two at once are one request, as of `timeout`, and a terminal that goes away asks for no haste.
	child.kill('SIGTERM');
	child.kill('SIGINT');
	await until(async () => isThere(path.join(cwd, 'out', 'report', 'report.html')));
	await setTimeout(300);
	child.kill('SIGHUP');
	await setTimeout(300);
	t.is(child.exitCode, null);
	t.is(child.signalCode, null);
	child.kill('SIGINT');
	const {signal} = await child;
	t.is(signal, 'SIGINT');
	t.like(await reportOf(path.join(cwd, 'out')), {status: 'interrupted'});
	t.is((await pipeline(['checkpoint', 'verify', 'out'], {cwd})).exitCode, 0);
});

test.serial('an end that takes longer than the grace ends all the same, with its sentence', async t => {
	const cwd = await workspace(t, hanging);
	const child = pipeline([...run, '--grace', '2s'], {cwd});
	await said(child.stderr, 'epoch 2/');
	child.kill('SIGTERM');
	const {signal, stderr} = await child;
	t.is(signal, 'SIGTERM');
	t.regex(stderr, /^error: TERMINATED: The run was ended by SIGTERM$/mu);
});

test.serial('the first process of a container, to which its own signals mean nothing, ends after the grace, too', async t => {
	if (!succeeds('unshare', ['-rpf', '--mount-proc', 'true'])) {
		t.log('skipped: no process can be the first of its own here');
		t.pass();
		return;
	}

	const cwd = await workspace(t, {...hanging, 'hangs.js': hanging['hangs.js'].replace('event() {}', 'event: ({type}) => type === \'epoch\' && process.kill(process.pid, \'SIGTERM\')')});
	const {exitCode, stderr} = await execa('unshare', ['-rpf', '--mount-proc', '--kill-child', process.execPath, program, ...run, '--grace', '2s'], {cwd, reject: false, stdin: 'ignore', timeout: 60_000});
	t.is(exitCode, 143, `stderr: ${stderr}`);
	t.regex(stderr, /^error: TERMINATED: The run was ended by SIGTERM$/mu);
	t.like(await reportOf(path.join(cwd, 'out')), {status: 'interrupted'});
});

test.serial('an interrupted run whose last checkpoint cannot be written has failed, and says why', async t => {
	const cwd = await workspace(t, endless);
	const child = pipeline(run, {cwd});
	await said(child.stderr, 'epoch 2/');
	await fs.writeFile(path.join(cwd, 'out', 'checkpoints'), 'what stands where they belong');
	child.kill('SIGTERM');
	const {exitCode, stderr} = await child;
	t.is(exitCode, 74, `stderr: ${stderr}`);
	t.regex(stderr, /^error: WRITE_FAILED: .*checkpoints/mu);
	t.notRegex(stderr, /TERMINATED|^\s+at /mu);
	t.like(await reportOf(path.join(cwd, 'out')), {status: 'failed', error: {code: 'WRITE_FAILED'}});
});

test.serial('a supervised run whose program is lost while it is interrupted is interrupted all the same', async t => {
	const cwd = await workspace(t, hanging);
	const child = pipeline([...run, '--supervise', '--grace', '1h'], {cwd});
	await said(child.stderr, 'epoch 2/');
	child.kill('SIGTERM');
	await until(async () => isThere(path.join(cwd, 'out', 'report', 'report.html')));
	process.kill((await holderOfRun(path.join(cwd, 'out')))!.pid, 'SIGKILL');
	const {exitCode, stderr} = await child;
	t.is(exitCode, 143, `stderr: ${stderr}`);
	t.regex(stderr, /^error: TERMINATED: The run was ended by SIGTERM\nhint: Go on with "pipeline resume .+out"\.$/mu);
});

test.serial('a supervised program that is interrupted before it hears signals is not started again', async t => {
	const cwd = await workspace(t, {'early.mjs': 'process.argv.includes("--supervise") || process.kill(process.pid, "SIGINT");\n'});
	const {exitCode, stderr} = await pipeline(['run', 'tiny.yaml', '--out', 'out', '--supervise'], {cwd, env: {NODE_OPTIONS: '--import ./early.mjs'}});
	t.is(exitCode, 130, `stderr: ${stderr}`);
	t.regex(stderr, /^error: INTERRUPTED: .+\nhint: [^\n]+$/u);
});

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
