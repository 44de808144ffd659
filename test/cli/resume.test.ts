import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {fixture, operatorModule, pipeline, reportOf, tinyDefinition, workspace} from './workspace.ts';

const often = ['-s', 'training.checkpoints.everySteps=1', '-s', 'training.checkpoints.keepLast=100'];
const sha = async (directory: string): Promise<unknown> => (await reportOf(directory))['parametersSha256'];
const lockOf = async (directory: string) => JSON.parse(await fs.readFile(path.join(directory, 'lock.json'), 'utf8')) as {operators: Record<string, string>; changes?: unknown[]};

test.serial('run --resume goes on from the newest checkpoint or from one that is named, and never starts afresh', async t => {
	const cwd = await workspace(t);
	const through = await pipeline(['run', 'tiny.yaml', '--out', 'through'], {cwd});
	t.is(through.exitCode, 0, `stderr: ${through.stderr}`);
	for (const [name, flag, from] of [['a', '--resume', 12], ['b', '--resume=b/checkpoints/step-7.ckpt', 7]] as const) {
		await pipeline(['run', 'tiny.yaml', '--out', name, '--max-steps', '12', ...often], {cwd});
		const {exitCode, stderr} = await pipeline(['run', flag, 'tiny.yaml', ...(name === 'a' ? ['--out', 'a'] : [])], {cwd});
		t.is(exitCode, 0, `stderr: ${stderr}`);
		t.regex(stderr, new RegExp(`^going on after step ${from} `, 'mu'));
		t.is(await sha(path.join(cwd, name)), await sha(path.join(cwd, 'through')));
	}

	await pipeline(['run', 'tiny.yaml', '--out', 'c', '--max-steps', '8', ...often], {cwd});
	await pipeline(['run', 'tiny.yaml', '--out', 'd', '--max-steps', '8', ...often], {cwd});
	// What a process leaves that was killed before it had written what it was given.
	await fs.mkdir(path.join(cwd, 'unborn'));
	await fs.writeFile(path.join(cwd, 'unborn', 'events.ndjson'), '');
	for (const [args, exit, code] of [
		[['--resume=c/checkpoints/step-99.ckpt'], 81, 'CHECKPOINT_INVALID'],
		[['--resume', 'c/checkpoints/step-7.ckpt'], 64, 'FLAG_UNKNOWN'],
		[['--resume=d/checkpoints/step-7.ckpt', '--out', 'c'], 78, 'RESUME_REFUSED'],
		[['--resume'], 66, 'RUN_UNREADABLE'],
		[['--resume', '--out', 'unborn'], 81, 'CHECKPOINT_MISSING'],
	] as const) {
		const {exitCode, stderr} = await pipeline(['run', 'tiny.yaml', ...args], {cwd});
		t.is(exitCode, exit, `${args.join(' ')}: ${stderr}`);
		t.regex(stderr, new RegExp(`^error: ${code}: `, 'u'));
	}
});

test.serial('a run that goes on to more epochs counts to their number', async t => {
	const cwd = await workspace(t);
	await pipeline(['train', 'tiny.yaml', '--out', 'out'], {cwd});
	const {exitCode, stderr} = await pipeline(['resume', 'out', '--epochs', '11'], {cwd});
	t.is(exitCode, 0, `stderr: ${stderr}`);
	t.regex(stderr, /^epoch 11\/11 /mu);
});

test.serial('epochs that a resume was asked for are those of the run from then on', async t => {
	const cwd = await workspace(t);
	await pipeline(['train', 'tiny.yaml', '--out', 'out'], {cwd});
	const {training} = await reportOf(path.join(cwd, 'out')) as {training: {steps: number; epochs: number}};
	const perEpoch = training.steps / training.epochs;
	const stopped = await pipeline(['resume', 'out', '--epochs', '14', '--max-steps', String((12 * perEpoch) + 1)], {cwd});
	t.is(stopped.exitCode, 0, `stderr: ${stopped.stderr}`);
	const {exitCode, stderr} = await pipeline(['resume', 'out'], {cwd});
	t.is(exitCode, 0, `stderr: ${stderr}`);
	t.regex(stderr, /^epoch 14\/14 /mu);
	const again = await pipeline(['reproduce', 'out'], {cwd});
	t.is(again.exitCode, 0, `stderr: ${again.stderr}`);
	t.regex(again.stdout, new RegExp(`in ${14 * perEpoch} of ${14 * perEpoch} steps`, 'u'));
});

test.serial('run --resume takes a definition with other epochs, from another folder, when it is told so, and keeps both', async t => {
	const relative = tinyDefinition.replaceAll(fixture('tiny/'), './');
	const cwd = await workspace(t, {'old/tiny.yaml': relative, 'new/tiny.yaml': relative.replace('epochs: 10', 'epochs: 12')});
	for (const name of ['images.gz', 'labels.gz']) {
		await fs.copyFile(fixture(`tiny/${name}`), path.join(cwd, 'old', name));
		await fs.copyFile(fixture(`tiny/${name}`), path.join(cwd, 'new', name));
	}

	await pipeline(['run', 'old/tiny.yaml', '--out', 'out', '--max-steps', '12', ...often], {cwd});
	await fs.rm(path.join(cwd, 'old'), {recursive: true});
	const refused = await pipeline(['run', 'new/tiny.yaml', '--resume', '--out', 'out', ...often], {cwd});
	t.is(refused.exitCode, 78, `stderr: ${refused.stderr}`);
	t.regex(refused.stderr, /training\.epochs was 10 and is 12 .*\nhint: If that is wanted, say so with --allow-definition-change\./u);
	const allowed = await pipeline(['run', 'new/tiny.yaml', '--resume', '--out', 'out', '--allow-definition-change', ...often], {cwd});
	t.is(allowed.exitCode, 0, `stderr: ${allowed.stderr}`);
	t.regex(allowed.stderr, /^epoch 12\/12 /mu);
	t.regex((await pipeline(['resume', 'out'], {cwd})).stderr, /^already complete/mu);
	const scored = await pipeline(['evaluate', 'out'], {cwd});
	t.is(scored.exitCode, 0, `stderr: ${scored.stderr}`);
});

test.serial('an operator or data file with other contents is refused, and a change of code that is allowed is recorded', async t => {
	const cwd = await workspace(t, {
		'own.yaml': tinyDefinition.replace('batches:', '  - ./own.js\nbatches:').replaceAll(fixture('tiny/images.gz'), './images.gz'),
		'own.js': operatorModule('return example;'),
	});
	await fs.copyFile(fixture('tiny/images.gz'), path.join(cwd, 'images.gz'));
	const out = path.join(cwd, 'out');
	await pipeline(['train', 'own.yaml', '--out', 'out', '--max-steps', '12', ...often], {cwd});
	const before = await lockOf(out);
	t.deepEqual(Object.keys(before.operators).map(file => path.basename(file)), ['own.js']);
	t.is(before.changes, undefined);

	await fs.appendFile(path.join(cwd, 'own.js'), '// Changed.\n');
	const refused = await pipeline(['resume', 'out'], {cwd});
	t.is(refused.exitCode, 78, `stderr: ${refused.stderr}`);
	t.regex(refused.stderr, /^error: RESUME_REFUSED: .*the operator module .*own\.js has other contents.*\nhint: If that is wanted, say so with --allow-code-change\./mu);
	t.deepEqual(await lockOf(out), before);
	const scored = await pipeline(['evaluate', 'out', '--json'], {cwd});
	t.is(scored.exitCode, 0, `stderr: ${scored.stderr}`);
	t.regex(scored.stderr, /^warning: the operator module .*own\.js has other contents: the run was trained with what was there before$/mu);
	const {warnings} = JSON.parse(scored.stdout) as {readonly warnings: readonly string[]};
	t.deepEqual(warnings.map(warning => `warning: ${warning}`), scored.stderr.split('\n').filter(line => line.startsWith('warning: ')));

	const image = await fs.readFile(path.join(cwd, 'images.gz'));
	await fs.writeFile(path.join(cwd, 'images.gz'), image.with(4, 1)); // The time in its head: the pixels are the same.
	const other = await pipeline(['resume', 'out', '--allow-code-change'], {cwd});
	t.is(other.exitCode, 78, `stderr: ${other.stderr}`);
	t.regex(other.stderr, /the data file .*images\.gz has other contents/u);
	await fs.writeFile(path.join(cwd, 'images.gz'), image);

	const allowed = await pipeline(['resume', 'out', '--allow-code-change'], {cwd});
	t.is(allowed.exitCode, 0, `stderr: ${allowed.stderr}`);
	t.is(allowed.stderr.match(/^warning: the operator module .*own\.js has other contents/gmu)?.length, 1);
	const after = await lockOf(out);
	t.not(Object.values(after.operators)[0], Object.values(before.operators)[0]);
	t.like(after.changes, [{step: 12}]);
	t.is((await pipeline(['evaluate', 'out'], {cwd})).stderr, '');
});

test.serial('verify-resume proves a definition that resumes exactly, and finds one that does not', async t => {
	const cwd = await workspace(t, {
		'drifts.yaml': tinyDefinition.replace('batches:', '  - ./drifts.js\nbatches:'),
		'drifts.js': operatorModule('return {...example, features: example.features.map(value => value + Math.random() * 1e-3)};'),
	});
	const right = await pipeline(['verify-resume', 'tiny.yaml', '--kill-at', '8', '--out', 'proof', '--json'], {cwd});
	t.is(right.exitCode, 0, `stderr: ${right.stderr}`);
	t.like(JSON.parse(right.stdout), {ok: true, data: {isSame: true, killedAt: 8, seed: 1, steps: [30, 30], sameRecords: 30, sameNumbers: 30}});
	const events = await fs.readFile(path.join(cwd, 'proof', 'killed', 'events.ndjson'), 'utf8');
	t.is(events.match(/"type":"resume"/gu)?.length, 1);

	const wrong = await pipeline(['verify-resume', 'drifts.yaml', '--kill-at', '8'], {cwd});
	t.is(wrong.exitCode, 82, `stderr: ${wrong.stderr}`);
	t.regex(wrong.stderr, /^error: PROOF_FAILED: .*differs from the one that was never stopped, first in the numbers of step 1/mu);
	t.regex(wrong.stdout, /^records {5}the same in 30 of 30 steps$/mu);
});

test.serial('verify-resume draws one seed for all its runs when the definition has none', async t => {
	const cwd = await workspace(t, {'seedless.yaml': tinyDefinition.replace('seed: 1\n', '').replace('epochs: 10', 'epochs: 4')});
	const {exitCode, stdout, stderr} = await pipeline(['verify-resume', 'seedless.yaml', '--kill-at', '8', '--out', 'proof'], {cwd});
	t.is(exitCode, 0, `stderr: ${stderr}`);
	const seed = /^seed {8}(\d+)$/mu.exec(stdout)?.[1];
	t.regex(stderr, new RegExp(`drawn seed ${seed}$`, 'mu'));
	for (const name of ['through', 'killed']) {
		const lock = JSON.parse(await fs.readFile(path.join(cwd, 'proof', name, 'lock.json'), 'utf8')) as {readonly seed: number};
		t.is(lock.seed, Number(seed));
	}
});

test.serial('reproduce says of a run whether it is the same, and what changed when it is not', async t => {
	const cwd = await workspace(t, {'own.yaml': tinyDefinition.replace('batches:', '  - ./own.js\nbatches:'), 'own.js': operatorModule('return example;')});
	await pipeline(['run', 'own.yaml', '--out', 'out'], {cwd});
	const same = await pipeline(['reproduce', 'out', '--json'], {cwd});
	t.is(same.exitCode, 0, `stderr: ${same.stderr}`);
	t.like(JSON.parse(same.stdout), {data: {verdict: 'same', changes: []}});
	await fs.writeFile(path.join(cwd, 'own.js'), operatorModule('return {...example, features: example.features.map(value => value / 2)};'));
	const {exitCode, stderr} = await pipeline(['reproduce', 'out'], {cwd});
	t.is(exitCode, 82, `stderr: ${stderr}`);
	t.regex(stderr, /^error: PROOF_FAILED: .*own\.js was [\da-f]+ and is [\da-f]+/mu);
});

test.serial('what a run was told of its data holds when it goes on, is made again or is evaluated', async t => {
	const cwd = await workspace(t, {
		'defs/own.yaml': tinyDefinition.replaceAll(fixture('tiny/images.gz'), fixture('broken/trailing-bytes.gz')).replace('batches:', '  - ../more/own.js\nbatches:'),
		'more/own.js': operatorModule('return example;'),
	});
	const trained = await pipeline(['run', 'defs/own.yaml', '--out', 'out', '--max-steps', '4', '--allow-trailing', '--allow-operators', 'more', '--data-dir', 'data'], {cwd});
	t.is(trained.exitCode, 0, `stderr: ${trained.stderr}`);
	const {dataDirectory} = JSON.parse(await fs.readFile(path.join(cwd, 'out', 'lock.json'), 'utf8')) as {readonly dataDirectory: string};
	t.is(dataDirectory, path.join(await fs.realpath(cwd), 'data'));
	for (const command of ['reproduce', 'resume', 'evaluate']) {
		const {exitCode, stderr} = await pipeline([command, '../out'], {cwd: path.join(cwd, 'defs')});
		t.is(exitCode, 0, `${command}: ${stderr}`);
	}

	const {exitCode, stderr} = await pipeline(['reproduce', 'out', '--no-allow-trailing'], {cwd});
	t.is(exitCode, 65, `stderr: ${stderr}`);
	t.regex(stderr, /^error: IDX_TRAILING: /mu);
});

test.serial('what a run is told of its data only when it goes on holds from then on', async t => {
	const cwd = await workspace(t, {
		'own.yaml': tinyDefinition.replace(fixture('tiny/images.gz'), 'images.gz').replace('epochs: 10', 'epochs: 3'),
	});
	const images = path.join(cwd, 'images.gz');
	await fs.copyFile(fixture('broken/trailing-bytes.gz'), images);
	const run = await pipeline(['run', 'own.yaml', '--out', 'out', '--max-steps', '4', '--allow-trailing'], {cwd});
	t.is(run.exitCode, 0, `stderr: ${run.stderr}`);
	const lock = path.join(cwd, 'out', 'lock.json');
	const {allowTrailing, ...others} = JSON.parse(await fs.readFile(lock, 'utf8')) as Record<string, unknown>;
	t.true(allowTrailing);
	await fs.writeFile(lock, JSON.stringify(others));
	const refused = await pipeline(['resume', 'out'], {cwd});
	t.is(refused.exitCode, 65, `stderr: ${refused.stderr}`);
	for (const args of [['resume', 'out', '--allow-trailing'], ['evaluate', 'out'], ['reproduce', 'out']]) {
		const {exitCode, stderr} = await pipeline(args, {cwd});
		t.is(exitCode, 0, `${args.join(' ')}: ${stderr}`);
	}
});

test.serial('a finished run whose resume failed before it began goes on to its end again, as replay says', async t => {
	const cwd = await workspace(t);
	const out = path.join(cwd, 'out');
	const trained = await pipeline(['run', 'tiny.yaml', '--out', 'out'], {cwd});
	t.is(trained.exitCode, 0, `stderr: ${trained.stderr}`);
	const {parametersSha256} = await reportOf(out);

	await fs.mkdir(path.join(out, 'rejected.ndjson')); // Where records that are left out are to be written.
	const failed = await pipeline(['resume', 'out', '--epochs', '20'], {cwd});
	t.is(failed.exitCode, 74, `stderr: ${failed.stderr}`);
	await fs.rmdir(path.join(out, 'rejected.ndjson'));

	const resumed = await pipeline(['resume', 'out'], {cwd});
	t.is(resumed.exitCode, 0, `stderr: ${resumed.stderr}`);
	t.notRegex(resumed.stderr, /already complete/u);
	const replayed = await pipeline(['replay', 'out'], {cwd});
	t.regex(replayed.stdout, /^next {4}pipeline evaluate /mu);
	t.like(await reportOf(out), {status: 'completed', parametersSha256, training: {epochs: 10}});
	const again = await pipeline(['resume', 'out'], {cwd});
	t.regex(again.stderr, /already complete/u);
});
