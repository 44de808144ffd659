import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {fixture, isThere, pipeline, reportOf, root, tinyDefinition, workspace} from './workspace.ts';

const garments = (share: string): string => `{images: ${fixture(`garments/${share}-images-idx3-ubyte.gz`)}, labels: ${fixture(`garments/${share}-labels-idx1-ubyte.gz`)}}`;

interface Document {
	readonly ok: boolean;
	readonly data: Record<string, unknown>;
}

const documentOf = (stdout: string): Document => JSON.parse(stdout) as Document;

test.serial('run trains, evaluates and reports; its words stay plain and few without a terminal', async t => {
	const cwd = await workspace(t);
	const {exitCode, stdout, stderr} = await pipeline(['run', 'tiny.yaml', '--out', 'out'], {cwd});
	t.is(exitCode, 0, `stderr: ${stderr}`);
	t.regex(stdout, / {4}accuracy +1\.0000 +12\n/u);
	t.regex(stdout, /\nrun +\S+\/out\nreport +\S+\/out\/report\/report\.html\nnext +pipeline evaluate \S+\/out\n/u);
	t.is(stderr.match(/^epoch \d+\/10 /gmu)?.length, 10);
	t.true(stderr.length < 4096);
	t.notRegex(stdout + stderr, /[\u0000-\u0009\u000B-\u001F\u007F]/u, 'no control characters but line ends'); // eslint-disable-line no-control-regex -- they are what is looked for

	const directory = path.join(cwd, 'out');
	t.is((await reportOf(directory))['status'], 'completed');
	const left = await fs.readdir(directory);
	t.deepEqual(left.toSorted(), ['checkpoints', 'definition.yaml', 'effective.json', 'events.ndjson', 'lock.json', 'metrics.csv', 'report']);

	// What follows works on that run.
	const evaluated = await pipeline(['evaluate', 'out', '--json'], {cwd});
	t.is(evaluated.exitCode, 0, `stderr: ${evaluated.stderr}`);
	const {ok, data} = documentOf(evaluated.stdout);
	const {evaluation} = await reportOf(directory) as {evaluation: {test: {loss: number; accuracy: number}}};
	t.true(ok);
	t.like(data['test'], {loss: evaluation.test.loss, accuracy: evaluation.test.accuracy}, 'evaluate gives what the run gave');

	const predicted = await pipeline(['predict', 'out', fixture('tiny/images.gz')], {cwd});
	t.is(predicted.exitCode, 0, `stderr: ${predicted.stderr}`);
	const rows = predicted.stdout.split('\n').map(line => JSON.parse(line) as {record: number; name: string});
	t.deepEqual(rows.map(({record, name}) => [record, name]), Array.from({length: 12}, (_, record) => [record, 'abc'[record % 3]]));

	const all = await pipeline(['predict', 'out', '--json'], {cwd});
	t.is((documentOf(all.stdout).data as unknown as unknown[]).length, 12); // This command's data is a list.

	for (const [args, exit, says] of [
		[['evaluate', 'out', '--memory', 'plenty'], 64, /^error: USAGE: --memory needs /mu],
		[['evaluate', 'out', '--memory', '300'], 78, /^error: MEMORY_TOO_SMALL: /mu],
		[['predict', 'out', '--memory', '300'], 78, /^error: MEMORY_TOO_SMALL: /mu],
		[['resume', 'out', '--epochs', '11', '--memory', '300'], 78, /^error: MEMORY_TOO_SMALL: /mu],
		[['resume', 'out', '--epochs', '11', '--memory', '64MB'], 0, /^completed in /mu],
	] as const) {
		const bounded = await pipeline(args, {cwd});
		t.is(bounded.exitCode, exit, `${args.join(' ')}: ${bounded.stderr}`);
		t.regex(bounded.stderr, says);
	}

	const cut = await pipeline(['predict', 'out', fixture('broken/truncated.gz')], {cwd});
	t.is(cut.exitCode, 65, `stderr: ${cut.stderr}`);

	const again = await pipeline(['run', 'tiny.yaml', '--out', 'out', '--force', '--quiet'], {cwd});
	t.is(again.exitCode, 0, `stderr: ${again.stderr}`);
	t.is(again.stderr, '', '--quiet leaves stderr to warnings and errors');
	const {parametersSha256} = await reportOf(directory);
	t.is(typeof parametersSha256, 'string');

	const other = await pipeline(['run', 'tiny.yaml', '--out', 'other', '--seed', '2', '--epochs', '3', '--quiet', '--json'], {cwd});
	t.is(other.exitCode, 0, `stderr: ${other.stderr}`);
	t.like(documentOf(other.stdout).data, {status: 'completed'});
	t.not((await reportOf(path.join(cwd, 'other')))['parametersSha256'], parametersSha256);

	const compared = await pipeline(['runs', 'compare', 'out', 'other', '--out', 'plots'], {cwd});
	t.is(compared.exitCode, 0, `stderr: ${compared.stderr}`);
	t.regex(compared.stdout, /^run +seed +parameters +epochs +test loss +test accuracy +seconds\nout +1 +51 +10 .*\nother +2 +51 +3 /u);
	t.is((await pipeline(['runs', 'compare', 'out'], {cwd})).exitCode, 64);
	const plots = await fs.readdir(path.join(cwd, 'plots'));
	t.true(plots.some(file => file.endsWith('.svg')));

	// What is of another comparison stays as it is, until it is to be overwritten; what is not of one always does.
	const plot = path.join(cwd, 'plots', plots[0]!);
	await fs.writeFile(plot, 'earlier');
	await fs.writeFile(path.join(cwd, 'plots', 'validation-loss.svg'), 'earlier');
	await fs.writeFile(path.join(cwd, 'plots', 'notes.md'), 'mine');
	const taken = await pipeline(['runs', 'compare', 'out', 'other', '--out', 'plots'], {cwd});
	t.is(taken.exitCode, 73, `stderr: ${taken.stderr}`);
	t.regex(taken.stderr, /^error: OUTPUT_EXISTS: .*plots.*--force/msu);
	t.is(await fs.readFile(plot, 'utf8'), 'earlier');
	// One that fails takes nothing of an earlier one away.
	const blocked = path.join(cwd, 'plots', 'training-accuracy.svg');
	await fs.rm(blocked);
	await fs.mkdir(blocked);
	t.not((await pipeline(['runs', 'compare', 'out', 'other', '--out', 'plots', '--force'], {cwd})).exitCode, 0);
	t.is(await fs.readFile(path.join(cwd, 'plots', 'validation-loss.svg'), 'utf8'), 'earlier');
	await fs.rmdir(blocked);
	t.is((await pipeline(['runs', 'compare', 'out', 'other', '--out', 'plots', '--force'], {cwd})).exitCode, 0);
	t.deepEqual(await fs.readdir(path.join(cwd, 'plots')), [...plots, 'notes.md'].toSorted());
	t.not(await fs.readFile(plot, 'utf8'), 'earlier');
});

test.serial('train stops before the evaluation', async t => {
	const cwd = await workspace(t);
	const {exitCode, stderr} = await pipeline(['train', 'tiny.yaml', '--out', 'out', '--max-steps', '5'], {cwd});
	t.is(exitCode, 0, `stderr: ${stderr}`);
	const {evaluation, training} = await reportOf(path.join(cwd, 'out')) as {evaluation: {test?: unknown}; training: {steps: number; stopped: string}};
	t.is(evaluation.test, undefined);
	t.like(training, {steps: 5, stopped: 'maxSteps'});
});

test.serial('an epoch that is broken off is told with the batches that were done, and counts as none', async t => {
	const cwd = await workspace(t);
	const {stderr} = await pipeline(['train', 'tiny.yaml', '--out', 'out', '--max-steps', '8'], {cwd});
	t.regex(stderr, /^epoch 2\/10 {2}loss/mu);
	t.regex(stderr, /^epoch 3\/10, 2 of 3 batches {2}loss/mu);
	const {training, history} = await reportOf(path.join(cwd, 'out')) as {training: {epochs: number}; history: ReadonlyArray<{brokenOffAfter?: number}>};
	t.is(training.epochs, 2);
	t.deepEqual(history.map(({brokenOffAfter}) => brokenOffAfter), [undefined, undefined, 2]);
	t.regex((await pipeline(['runs', 'ls', '.'], {cwd})).stdout, /completed\s+\S+\s+1\s+2\s/u);
});

test.serial('a run that is to go on to a step that it has passed is refused', async t => {
	const cwd = await workspace(t);
	await pipeline(['train', 'tiny.yaml', '--out', 'out', '--max-steps', '8'], {cwd});
	const before = await fs.readFile(path.join(cwd, 'out', 'events.ndjson'), 'utf8');
	const {exitCode, stderr} = await pipeline(['resume', 'out', '--max-steps', '8'], {cwd});
	t.is(exitCode, 64);
	t.regex(stderr, /USAGE: .*stands at step 8\. Received: 8/u);
	t.is(await fs.readFile(path.join(cwd, 'out', 'events.ndjson'), 'utf8'), before);
	t.is((await pipeline(['resume', 'out', '--max-steps', '9'], {cwd})).exitCode, 0);
});

test.serial('--smoke passes through every phase and keeps nothing', async t => {
	const cwd = await workspace(t);
	const {exitCode, stdout, stderr} = await pipeline(['run', 'tiny.yaml', '--smoke', '--out', 'out'], {cwd});
	t.is(exitCode, 0, `stderr: ${stderr}`);
	t.is(stdout.trim(), 'every phase was passed through; nothing was kept');
	t.regex(stderr, /test: loss/u);
	t.deepEqual(await fs.readdir(cwd), ['tiny.yaml']);
});

test.serial('a run without --out gets a directory of its own, and runs/latest names it', async t => {
	const cwd = await workspace(t);
	const {exitCode, stderr} = await pipeline(['run', 'tiny.yaml', '--quiet', '--max-steps', '1', '--name', 'first'], {cwd});
	t.is(exitCode, 0, `stderr: ${stderr}`);
	t.regex(path.basename(await fs.realpath(path.join(cwd, 'runs', 'latest'))), /^first-\d{8}-\d{6}$/u);
	await pipeline(['run', 'tiny.yaml', '--max-steps', '2', '--out', 'runs/second'], {cwd});
	t.is(path.basename(await fs.realpath(path.join(cwd, 'runs', 'latest'))), 'second');
});

test.serial('a run that trained no model is not compared, and nothing is made', async t => {
	const modelless = 'version: 1\ndata: {train: {synthetic: {count: 10}}}\nsinks: [console, statistics]\n';
	const cwd = await workspace(t, {'counts.yaml': modelless});
	for (const [file, out] of [['tiny.yaml', 'out'], ['counts.yaml', 'counts']] as const) {
		const {exitCode, stderr} = await pipeline(['run', file, '--out', out], {cwd});
		t.is(exitCode, 0, `stderr: ${stderr}`);
	}

	const {exitCode, stderr} = await pipeline(['runs', 'compare', 'out', 'counts'], {cwd});
	t.is(exitCode, 66, `stderr: ${stderr}`);
	t.regex(stderr, /^error: RUN_UNTRAINED: .*\(counts\)$/mu);
	t.false(isThere(path.join(cwd, 'comparison')));
});

test.serial('statistics of the garments are a table of ten balanced classes', async t => {
	const cwd = await workspace(t);
	const {exitCode, stdout, stderr} = await pipeline([
		'run', path.join(root, 'pipelines/statistics.yaml'), '--out', 'out', '-s', `data.train=${garments('t10k')}`,
	], {cwd});
	t.is(exitCode, 0, `stderr: ${stderr}`);
	const lines = stdout.split('\n');
	t.regex(lines[0]!, /^class +examples +mean +deviation$/u);
	t.is(lines.filter(line => /^\S+ +100 +\d+\.\d{4} +\d+\.\d{4}$/u.test(line)).length, 10, `stdout: ${stdout}`);
	t.regex(stdout, /^all +1000 /mu);
	t.regex(stderr, /bottleneck: /u);
	const report = await fs.readFile(path.join(cwd, 'out', 'report', 'report.json'), 'utf8');
	const {stream} = JSON.parse(report) as {readonly stream: {readonly peaks: Readonly<Record<string, number>>}};
	t.true(stream.peaks['chunks in flight']! > 0);
});

test.serial('validate checks every file without reading data', async t => {
	const withoutData = tinyDefinition.replaceAll(/images: \S+,/gu, 'images: nowhere.gz,');
	const cwd = await workspace(t, {'other.yaml': withoutData, 'bad.yaml': `${tinyDefinition}colour: red\n`});
	const good = await pipeline(['validate', 'tiny.yaml', 'other.yaml'], {cwd});
	t.is(good.exitCode, 0, `stderr: ${good.stderr}`);
	t.is(good.stdout, 'tiny.yaml: valid\nother.yaml: valid');
	const bad = await pipeline(['validate', 'tiny.yaml', 'bad.yaml'], {cwd});
	t.is(bad.exitCode, 78);
	t.regex(bad.stderr, /bad\.yaml:21:1: colour/u);
});

test.serial('the definitions that come with the package are valid', async t => {
	const folder = path.join(root, 'pipelines');
	const files = (await fs.readdir(folder, {recursive: true})).filter(file => file.endsWith('.yaml')).map(file => path.join(folder, file));
	const {exitCode, stderr} = await pipeline(['validate', ...files.filter(file => !file.endsWith('base.yaml'))], {cwd: root});
	t.is(exitCode, 0, `stderr: ${stderr}`);
});

test.serial('plan, summary and config print what a run would be, and make nothing', async t => {
	const cwd = await workspace(t);
	const [plan, summary, shown, schema] = await Promise.all([
		pipeline(['plan', 'tiny.yaml'], {cwd}),
		pipeline(['summary', 'tiny.yaml'], {cwd}),
		pipeline(['config', 'show', 'tiny.yaml', '-s', 'training.epochs=7', '--json'], {cwd}),
		pipeline(['config', 'schema'], {cwd}),
	]);
	t.regex(plan.stdout, /12 examples\n[\s\S]*4 examples, 3 steps an epoch[\s\S]*Memory at most/u);
	for (const part of ['chunks in flight', 'between reader and ring', 'shuffle window', 'operators', 'labels', 'decoded records', 'ring, training', 'ring, evaluation', 'parameters and optimizer', 'snapshots', 'gradients', 'all']) {
		t.regex(plan.stdout, new RegExp(`^ {2}${part} +\\d+\\.\\d+ MB$`, 'mu'));
	}

	t.regex(summary.stdout, /flatten \(flatten\) +16 +0\ndense \(dense\) +3 +51\n/u);
	t.like(documentOf(shown.stdout).data, {version: 1, seed: 1, name: 'tiny', training: {epochs: 7}});
	t.like(JSON.parse(schema.stdout), {type: 'object'});
	t.false(isThere(path.join(cwd, 'runs')));
	t.deepEqual(await fs.readdir(cwd), ['tiny.yaml']);
});

test.serial('a run without a test split names no evaluation, which has an error of its own', async t => {
	const cwd = await workspace(t, {'untested.yaml': tinyDefinition.replace(/^ {2}test: .*\n/mu, '')});
	const {exitCode, stdout, stderr} = await pipeline(['run', 'untested.yaml', '--out', 'out'], {cwd});
	t.is(exitCode, 0, `stderr: ${stderr}`);
	t.regex(stdout, /\nnext {4}pipeline runs compare \S+\/out OTHER$/u);
	const replayed = await pipeline(['replay', 'out'], {cwd});
	for (const text of [stdout, replayed.stdout]) {
		t.notRegex(text, /evaluate/u);
	}

	for (const command of ['evaluate', 'predict']) {
		const refused = await pipeline([command, 'out'], {cwd});
		t.is(refused.exitCode, 78, `stderr: ${refused.stderr}`);
		t.regex(refused.stderr, /^error: TEST_MISSING: .*"untested" has no data\.test/mu);
	}

	const predicted = await pipeline(['predict', 'out', fixture('tiny/images.gz')], {cwd});
	t.is(predicted.exitCode, 0, `stderr: ${predicted.stderr}`);
});

test.serial('validate and run warn of a loss that expects probabilities and is given none, with the line', async t => {
	const cwd = await workspace(t, {'tiny.yaml': tinyDefinition.replace(', activation: softmax', '')});
	const expected = /^warning: \S+tiny\.yaml:12:14: model\.layers\[1\]\.dense\.activation: the loss sparseCategoricalCrossentropy expects probabilities/mu;
	for (const args of [['validate', 'tiny.yaml'], ['run', 'tiny.yaml', '--out', 'out', '--max-steps', '3']]) {
		const {exitCode, stdout, stderr} = await pipeline([...args, '--json'], {cwd});
		t.is(exitCode, 0, `stderr: ${stderr}`);
		t.regex(stderr, expected);
		t.is((JSON.parse(stdout) as {readonly warnings: readonly string[]}).warnings.length, 1);
	}
});
