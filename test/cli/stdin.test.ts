import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFile} from 'node:fs/promises';
import process from 'node:process';
import {gunzipSync} from 'node:zlib';
import test from 'ava';
import {execa} from 'execa';
import {fixture, program, reportOf, workspace} from './workspace.ts';

const fromStdin = ['--set', 'data.train.images=-', '--out', 'run'];

test('a run trains on images that are piped in, the same as from their file', async t => {
	const cwd = await workspace(t);
	const images = await readFile(fixture('tiny/images.gz'));
	const digests: unknown[] = [];
	for (const input of [images, gunzipSync(images)]) {
		const {exitCode, stderr} = await execa(process.execPath, [program, 'run', 'tiny.yaml', ...fromStdin, '--force'], {cwd, input, reject: false, timeout: 60_000});
		t.is(exitCode, 0, `stderr: ${stderr}`);
		digests.push((await reportOf(`${cwd}/run`))['parametersSha256']);
	}

	await execa(process.execPath, [program, 'run', 'tiny.yaml', '--out', 'file'], {cwd, stdin: 'ignore'});
	digests.push((await reportOf(`${cwd}/file`))['parametersSha256']);
	t.is(new Set(digests).size, 1);
});

for (const isPacked of [true, false]) {
	test(`${isPacked ? 'packed' : 'raw'} images that are piped in are predicted, through a pipe that stays open for a while`, async t => {
		const cwd = await workspace(t);
		await execa(process.execPath, [program, 'run', 'tiny.yaml', '--out', 'run'], {cwd, stdin: 'ignore'});
		const packed = await readFile(fixture('tiny/images.gz'));
		const child = execa(process.execPath, [program, 'predict', 'run', '-'], {cwd, stdin: 'pipe', reject: false, timeout: 60_000});
		child.stdin.write(isPacked ? packed : gunzipSync(packed));
		setTimeout(() => {
			child.stdin.end();
		}, 2000);
		const {exitCode, stdout, stderr} = await child;
		t.is(exitCode, 0, `stderr: ${stderr}`);
		t.is(stdout, (await execa(process.execPath, [program, 'predict', 'run', fixture('tiny/images.gz')], {cwd, stdin: 'ignore'})).stdout);
	});
}

for (const [title, input, code, exit] of [
	['nothing', '', 'EMPTY', 65],
	['text', 'hello, this is text', 'NOT_IDX', 65],
	['a cut gzip stream', 'gzip', 'GZIP_TRUNCATED', 65],
] as const) {
	test(`${title} that is piped in ends with its code`, async t => {
		const cwd = await workspace(t);
		const bytes = input === 'gzip' ? (await readFile(fixture('tiny/images.gz'))).subarray(0, -9) : input;
		const {exitCode, stderr} = await execa(process.execPath, [program, 'run', 'tiny.yaml', ...fromStdin], {cwd, input: bytes, reject: false, timeout: 60_000});
		t.is(exitCode, exit);
		t.true(stderr.includes(code), `stderr: ${stderr}`);
	});
}

test('a folder on the standard input is told as that', async t => {
	const cwd = await workspace(t);
	const {exitCode, stderr} = await execa('sh', ['-c', '"$@" < .', 'sh', process.execPath, program, 'run', 'tiny.yaml', ...fromStdin], {cwd, reject: false, timeout: 60_000});
	t.is(exitCode, 65);
	t.regex(stderr, /^error: NOT_A_FILE: .*directory \(file -\)/mu);
});

test('a definition that reads the standard input twice is refused', async t => {
	const cwd = await workspace(t);
	const {exitCode, stderr} = await execa(process.execPath, [program, 'run', 'tiny.yaml', '--set', 'data.test.images=-', ...fromStdin], {cwd, input: '', reject: false, timeout: 60_000});
	t.is(exitCode, 78);
	t.regex(stderr, /--set: data\.test\.images: the standard input can be read once, and data\.train\.images reads it/u);
});

test('a run that waits for a pipe without end can be interrupted', async t => {
	const cwd = await workspace(t);
	const running = spawn(process.execPath, [program, 'run', 'tiny.yaml', ...fromStdin], {cwd, stdio: ['pipe', 'ignore', 'pipe']});
	running.stdin.write(gunzipSync(await readFile(fixture('tiny/images.gz'))).subarray(0, 20));
	await once(running.stderr, 'data');
	running.kill('SIGTERM');
	running.stderr.resume();
	const [exitCode] = await once(running, 'exit') as [number];
	t.is(exitCode, 143);
});
