import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {execa} from 'execa';
import {operatorModule, pipeline, program, reportOf, slowModule, tinyDefinition, workspace} from './workspace.ts';

test.serial('a run whose memory grows is warned, told which operator it is, then ended with 75 and a checkpoint', async t => {
	const cwd = await workspace(t, {
		'leak.yaml': tinyDefinition.replace('batches:', '  - ./leak.js\nbatches:'),
		'leak.js': `const held = [];\n${operatorModule('held.push(new Uint8Array(2 ** 15).fill(1)); return example;')}`,
	});
	const {exitCode, stderr} = await pipeline(['train', 'leak.yaml', '--out', 'out', '-s', 'training.epochs=1000000', '--max-memory', '600MB', '--memory', '1GB'], {cwd});
	t.is(exitCode, 75, `stderr: ${stderr}`);
	t.regex(stderr, /^warning: the process takes \d+ MiB of the 572 MiB that it may/mu);
	t.regex(stderr, /^warning: The operator "\.\/leak\.js" \(operators\[\d\]\) keeps about \d+ MiB/mu);
	t.regex(stderr, /^error: MEMORY_EXHAUSTED: .+\nhint: What was trained is kept in a checkpoint: go on with "pipeline resume"/mu);
	const report = await reportOf(path.join(cwd, 'out'));
	t.like(report, {status: 'failed', error: {code: 'MEMORY_EXHAUSTED'}});
	const {steps} = report['training'] as {steps: number};
	const verified = await pipeline(['checkpoint', 'verify', 'out', '--json'], {cwd});
	const {data} = JSON.parse(verified.stdout) as {data: ReadonlyArray<{header: {progress: {step: number}}}>};
	t.true(data.some(({header}) => header.progress.step === steps));
});

test.serial('a main thread that is blocked is told with its stage, and measured', async t => {
	const cwd = await workspace(t, {
		'block.yaml': tinyDefinition.replace('sinks: [console,', 'sinks: [./block.js, console,'),
		'block.js': `import {z} from '${import.meta.resolve('zod')}';
export default {kind: 'events', options: z.object({}), create: async () => ({
	event({type, step}) {
		if (type === 'step' && step === 2) {
			for (const end = performance.now() + 1500; performance.now() < end;);
		}
	},
	async close() {},
})};
`,
	});
	const {exitCode, stderr} = await pipeline(['train', 'block.yaml', '--out', 'out'], {cwd});
	t.is(exitCode, 0, `stderr: ${stderr}`);
	t.regex(stderr, /^warning: the event loop was blocked for [1-9][\d.]* s \(stage: train\)/mu);
	const [head, ...rows] = (await fs.readFile(path.join(cwd, 'out', 'metrics.csv'), 'utf8')).trimEnd().split('\n').map(line => line.split(','));
	const column = head!.indexOf('loopLagMs');
	t.true(Math.max(...rows.map(cells => Number(cells[column]))) > 1000);
});

test.serial('a run whose report cannot be drawn is not told as completed', async t => {
	const cwd = await workspace(t);
	const page = path.join(cwd, 'out', 'report', 'report.html');
	await pipeline(['run', 'tiny.yaml', '--out', 'out', '--max-steps', '4'], {cwd});
	await fs.rm(page);
	await fs.mkdir(page);
	const {exitCode, stderr} = await pipeline(['resume', 'out'], {cwd});
	t.is(exitCode, 74, `stderr: ${stderr}`);
	t.like(await reportOf(path.join(cwd, 'out')), {status: 'failed', error: {code: 'WRITE_FAILED'}, training: {steps: 30}});
	await fs.rmdir(page);
	const replayed = await pipeline(['replay', 'out', '--json'], {cwd});
	t.like(JSON.parse(replayed.stdout), {ok: true, data: {status: 'failed'}});
	const again = await pipeline(['resume', 'out'], {cwd});
	t.is(again.exitCode, 0, `stderr: ${again.stderr}`);
	t.like(await reportOf(path.join(cwd, 'out')), {status: 'completed'});
});

for (const [what, statement, word] of [
	['an exception in a timer', 'setTimeout(() => { throw new TypeError("nobody caught it"); });', 'nobody caught it'],
	['a rejection that nobody awaits', 'void Promise.reject(new TypeError("nobody awaited it"));', 'nobody awaited it'],
] as const) {
	test.serial(`${what} ends the program with 70 and one line, and what was kept is there to go on with`, async t => {
		const cwd = await workspace(t, {
			'odd.yaml': tinyDefinition.replace('sinks: [console,', 'sinks: [./odd.js, console,').replace('epochs: 10', 'epochs: 1000\n  checkpoints: {everySteps: 1}'),
			'odd.js': `import {z} from '${import.meta.resolve('zod')}';
export default {kind: 'events', options: z.object({}), create: async () => ({event({type, step}) { if (type === 'checkpoint' && step === 4) { ${statement} } }, async close() {}})};
`,
		});
		const {exitCode, stderr, stdout} = await pipeline(['train', 'odd.yaml', '--out', 'out', '--quiet', '--json'], {cwd});
		t.is(exitCode, 70, `stderr: ${stderr}`);
		t.regex(stderr, new RegExp(`^error: INTERNAL: .*${word}\nhint: .*$`, 'u'));
		t.like(JSON.parse(stdout), {ok: false, error: {code: 'INTERNAL', exitCode: 70}});
		t.is((await pipeline(['checkpoint', 'verify', 'out'], {cwd})).exitCode, 0);
		t.like(JSON.parse((await pipeline(['runs', 'show', 'out', '--json'], {cwd})).stdout), {data: [{status: 'stopped'}]});
	});
}

test.serial('a program that has nothing left to wait for before its end does not end as a success', async t => {
	const cwd = await workspace(t, {
		'odd.yaml': tinyDefinition.replace('sinks: [console,', 'sinks: [./odd.js, console,'),
		'odd.js': `import {z} from '${import.meta.resolve('zod')}';
export default {kind: 'events', options: z.object({}), create: () => new Promise(() => {})};
`,
	});
	const {exitCode, stderr} = await pipeline(['train', 'odd.yaml', '--out', 'out', '--quiet'], {cwd});
	t.is(exitCode, 70, `stderr: ${stderr}`);
	t.regex(stderr, /^error: INTERNAL: .*the program ended before its work/mu);
});

test.serial('what a module leaves running does not keep the program from its end', async t => {
	const cwd = await workspace(t, {
		'odd.yaml': tinyDefinition.replace('sinks: [console,', 'sinks: [./odd.js, console,'),
		'odd.js': `import {z} from '${import.meta.resolve('zod')}';
setInterval(() => {}, 1000);
export default {kind: 'events', options: z.object({}), create: async () => ({event() {}, async close() {}})};
`,
	});
	const {exitCode, stderr, stdout} = await pipeline(['run', 'odd.yaml', '--out', 'out', '--quiet', '--json'], {cwd});
	t.is(exitCode, 0, `stderr: ${stderr}`);
	t.is(stderr, 'warning: a module left something running, such as a timer or a connection; the program ends without it');
	t.like(JSON.parse(stdout), {ok: true, data: {status: 'completed'}});
});

for (const [policy, exit] of [['fail', 74], ['continue', 0]] as const) {
	test.serial(`with onError ${policy} a checkpoint that cannot be written ${exit === 0 ? 'is told and tried again' : 'ends the run with 74'}`, async t => {
		const cwd = await workspace(t, {
			'odd.yaml': tinyDefinition.replace('sinks: [console,', 'sinks: [./odd.js, console,').replace('batches: {size: 4}', '  - ./slow.js\nbatches: {size: 4, shuffle: none}')
				.replace('epochs: 10', `epochs: 10\n  checkpoints: {everySteps: 1, keepLast: 100, onError: ${policy}}`),
			// Checkpoints come while it trains, and not only after it.
			'slow.js': slowModule,
			// Until it is told a file lies where the folder is.
			'odd.js': `import fs from 'node:fs';
import {z} from '${import.meta.resolve('zod')}';
export default {kind: 'events', options: z.object({}), create: async (_, {directory}) => ({event({type, step, message}) {
	const folder = directory + '/checkpoints';
	if (type === 'step' && step === 6) {
		fs.renameSync(folder, folder + '.away');
		fs.writeFileSync(folder, '');
	} else if (type === 'warning' && message.startsWith('a checkpoint was not written') && fs.statSync(folder).isFile()) {
		fs.rmSync(folder);
		fs.renameSync(folder + '.away', folder);
	}
}, async close() {}})};
`,
		});
		const {exitCode, stderr} = await pipeline(['train', 'odd.yaml', '--out', 'out', '--quiet'], {cwd});
		t.is(exitCode, exit, `stderr: ${stderr}`);
		t.regex(stderr, exit === 0 ? /^warning: a checkpoint was not written and is tried again at the next one: /mu : /^error: WRITE_FAILED: /mu);
		const left = path.join(cwd, 'out', exit === 0 ? 'checkpoints' : 'checkpoints.away');
		const verified = await pipeline(['checkpoint', 'verify', ...(await fs.readdir(left)).map(name => path.join(left, name))], {cwd});
		t.is(verified.exitCode, 0, `stderr: ${verified.stderr}`);
		t.is((await fs.readdir(left)).includes('step-30.ckpt'), exit === 0);
	});
}

test.serial('a program for which the system starts no more threads says so in one line, wherever it comes to that', async t => {
	const cwd = await workspace(t, {
		// As under a limit on the threads of a user, which counts those of others, too.
		'refuse.mjs': `import threads from 'node:worker_threads';
import {syncBuiltinESMExports} from 'node:module';
const {Worker} = threads;
let given = Number(process.env.GIVEN);
threads.Worker = class extends Worker {
	constructor(...parameters) {
		if (given-- === 0) {
			throw Object.assign(new Error('EAGAIN'), {code: 'ERR_WORKER_INIT_FAILED'});
		}

		super(...parameters);
	}
};
syncBuiltinESMExports();
`,
	});
	for (const given of ['0', '1']) {
		const {exitCode, stderr} = await pipeline(['run', 'tiny.yaml', '--out', 'out', '--force'], {cwd, env: {NODE_OPTIONS: '--import ./refuse.mjs', GIVEN: given}});
		t.is(exitCode, 75, `stderr: ${stderr}`);
		t.regex(stderr, /^error: THREADS_REFUSED: The system starts no more threads for the program: EAGAIN\nhint: End other programs/mu);
		t.notRegex(stderr, /^\s+at /mu, 'no stack trace');
	}
});

test.serial('a program for which the system opens no more files says so in one line, wherever it comes to that', async t => {
	const cwd = await workspace(t);
	for (const [limit, ...args] of [['24', 'validate', 'tiny.yaml'], ['40', 'run', 'tiny.yaml'], ['60', 'run', 'tiny.yaml', '--out', 'out']] as const) {
		const {exitCode, stderr} = await execa('sh', ['-c', 'ulimit -n "$0" && exec "$@"', limit, process.execPath, program, ...args], {cwd, reject: false, timeout: 60_000});
		t.is(exitCode, 75, `stderr: ${stderr}`);
		t.regex(stderr, /^error: FILES_REFUSED: The system opens no more files for the program: EMFILE: .+\nhint: Raise the limit of the shell that starts it, as with "ulimit -n 1024"/mu);
		t.notRegex(stderr, /^\s+at /mu, 'no stack trace');
	}
});
