import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {operatorModule, pipeline, reportOf, tinyDefinition, workspace} from './workspace.ts';

test.serial('a run whose memory grows is warned, then ended with 75 and a checkpoint', async t => {
	const cwd = await workspace(t, {
		'leak.yaml': tinyDefinition.replace('batches:', '  - ./leak.js\nbatches:'),
		'leak.js': `const held = [];\n${operatorModule('held.push(new Uint8Array(2 ** 18).fill(1)); return example;')}`,
	});
	const {exitCode, stderr} = await pipeline(['train', 'leak.yaml', '--out', 'out', '-s', 'training.epochs=1000000', '--max-memory', '600MB'], {cwd});
	t.is(exitCode, 75, `stderr: ${stderr}`);
	t.regex(stderr, /^warning: the process takes \d+ MiB of the 572 MiB that it may/mu);
	t.regex(stderr, /^error: MEMORY_EXHAUSTED: .+\nhint: A checkpoint was written: go on with "pipeline resume"/mu);
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
