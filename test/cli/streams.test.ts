import fs from 'node:fs/promises';
import path from 'node:path';
import {setTimeout} from 'node:timers/promises';
import test from 'ava';
import {execa} from 'execa';
import {holderOfRun} from '../../src/runs/run-lock.ts';
import {pipeline, program, reportOf, said, succeeds, tinyDefinition, workspace} from './workspace.ts';

const hasTerminals = succeeds('script', ['--version']);

/** Waits until a file has some words, and gives them all. */
const waitForWords = async (file: string, wanted: string): Promise<string> => {
	for (let tries = 0; tries < 300; tries++) {
		const text = await fs.readFile(file, 'utf8').catch(() => '');
		if (text.includes(wanted)) {
			return text;
		}

		await setTimeout(100);
	}

	throw new Error(`${wanted} did not come in ${file}`);
};

/** Starts a line of the shell in a terminal of its own, whose keyboard is the standard input. */
const terminalOf = (line: string, cwd: string) => execa('script', ['-qfc', line, '/dev/null'], {cwd, env: {SHELL: '/bin/sh'}, reject: false, stdin: 'pipe', timeout: 60_000});

/** Starts the program from a shell that puts its streams where they belong. */
const shell = async (line: string, cwd: string) => execa('bash', ['-c', line, process.execPath, program], {cwd, reject: false, timeout: 60_000});

const onLinux = process.platform === 'linux' ? test.serial : test.serial.skip; // No other system has a device that is always full.

onLinux('words that cannot be written do not end the run', async t => {
	const cwd = await workspace(t);
	const {exitCode} = await shell('"$0" "$1" run tiny.yaml --out out 2>/dev/full', cwd);
	t.is(exitCode, 0);
	t.like(await reportOf(path.join(cwd, 'out')), {status: 'completed'});
});

for (const args of ['config schema', 'validate tiny.yaml', 'help', 'run tiny.yaml --out out --quiet --json']) {
	onLinux(`results that cannot be written end with 74 and one line: ${args}`, async t => {
		const cwd = await workspace(t);
		const {exitCode, stderr} = await shell(`"$0" "$1" ${args} >/dev/full`, cwd);
		t.is(exitCode, 74, `stderr: ${stderr}`);
		t.regex(stderr, /^error: WRITE_FAILED: [^\n]*ENOSPC[^\n]*standard output\)$/u);
	});
}

test.serial('a terminal that is closed ends a run as a signal does, with a checkpoint', async t => {
	if (!hasTerminals) {
		t.log('skipped: there is no "script" here to make a terminal');
		t.pass();
		return;
	}

	const cwd = await workspace(t, {
		'long.yaml': tinyDefinition.replace('epochs: 10', 'epochs: 1000000'),
		// The shell leads the session: what the terminal tells it, it hands on, as the system does once more, and it learns the end.
		'hold.sh': 'trap "kill -HUP \\$child; kill -HUP \\$child" HUP\n"$0" "$1" run long.yaml --out out & child=$!\nfor try in 1 2 3 4; do wait $child; code=$?; [ $code = 129 ] || break; done; echo $code > code.tmp; mv code.tmp code\n',
	});
	const terminal = terminalOf(`bash -c '. ./hold.sh' '${process.execPath}' '${program}'`, cwd);
	await said(terminal.stdout, 'epoch 5/');
	terminal.kill('SIGKILL');
	const code = await waitForWords(path.join(cwd, 'code'), '\n');
	t.is(code.trim(), '143');
	t.like(await reportOf(path.join(cwd, 'out')), {status: 'interrupted'});
	t.is((await pipeline(['checkpoint', 'verify', 'out'], {cwd})).exitCode, 0);
});

onLinux('a run under nohup, supervised or not, outlives its terminal', async t => {
	if (!hasTerminals) {
		t.log('skipped: there is no "script" here to make a terminal');
		t.pass();
		return;
	}

	for (const supervised of ['', ' --supervise']) {
		const cwd = await workspace(t, {'long.yaml': tinyDefinition.replace('epochs: 10', 'epochs: 1000000')});
		const out = path.join(cwd, 'out');
		const terminal = terminalOf(`nohup '${process.execPath}' '${program}' run long.yaml --out out${supervised} 2>words`, cwd);
		await waitForWords(path.join(cwd, 'words'), 'epoch 2/');
		const {pid} = (await holderOfRun(out))!;
		terminal.kill('SIGKILL');
		process.kill(pid, 'SIGHUP');
		await waitForWords(path.join(cwd, 'words'), 'epoch 50/');
		process.kill(pid, 'SIGINT');
		t.regex(await waitForWords(path.join(cwd, 'words'), 'hint: '), /^error: INTERRUPTED: /mu);
		t.like(await reportOf(out), {status: 'interrupted'});
	}
});

test.serial('Ctrl-C in the terminal of a supervised run, which reaches both programs, ends it with a checkpoint', async t => {
	if (!hasTerminals) {
		t.log('skipped: there is no "script" here to make a terminal');
		t.pass();
		return;
	}

	const cwd = await workspace(t, {'long.yaml': tinyDefinition.replace('epochs: 10', 'epochs: 1000000')});
	const terminal = terminalOf(`trap : INT; '${process.execPath}' '${program}' run long.yaml --out out --supervise; echo "code $?"`, cwd);
	await said(terminal.stdout, 'epoch 5/');
	terminal.stdin.write('\u0003');
	const {stdout} = await terminal;
	t.regex(stdout, /code 130/u);
	t.like(await reportOf(path.join(cwd, 'out')), {status: 'interrupted'});
	t.is((await pipeline(['checkpoint', 'verify', 'out'], {cwd})).exitCode, 0);
});

test.serial('a sink that fails ends the run after a step, with its name and a checkpoint to go on from', async t => {
	const cwd = await workspace(t, {
		'odd.yaml': tinyDefinition.replace('sinks: [console,', 'sinks: [./odd.js, console,').replace('epochs: 10', 'epochs: 1000000'),
		'odd.js': `import {z} from '${import.meta.resolve('zod')}';
export default {kind: 'events', options: z.object({}), create: async () => ({event({type, epoch}) { if (type === 'epoch' && epoch === 3) { throw new Error('it is full'); } }, async close() {}})};
`,
	});
	const {exitCode, stderr} = await pipeline(['run', 'odd.yaml', '--out', 'out', '--quiet'], {cwd});
	t.is(exitCode, 80, `stderr: ${stderr}`);
	t.regex(stderr, /^error: SINK_FAILED: The sink "\.\/odd\.js" failed: it is full\nhint: .*resume.*$/u);
	const report = await reportOf(path.join(cwd, 'out'));
	t.like(report, {status: 'failed', error: {code: 'SINK_FAILED'}});
	const {steps} = report['training'] as {steps: number};
	t.true((await fs.readdir(path.join(cwd, 'out', 'checkpoints'))).includes(`step-${steps}.ckpt`));
	t.is((await pipeline(['checkpoint', 'verify', 'out'], {cwd})).exitCode, 0);
});

test.serial('events that can no longer be written end the run at once', async t => {
	const cwd = await workspace(t, {'long.yaml': tinyDefinition.replace('epochs: 10', 'epochs: 1000000')});
	// Of no file more than 100 KiB.
	const {exitCode, stderr} = await shell('ulimit -f 100; "$0" "$1" run long.yaml --out out --quiet', cwd);
	t.is(exitCode, 74, `stderr: ${stderr}`);
	t.regex(stderr, /^error: WRITE_FAILED: .*EFBIG/mu);
});
