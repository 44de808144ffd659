import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {execa} from 'execa';
import {pipeline, program, tinyDefinition, workspace} from './workspace.ts';

interface Case {
	readonly args: readonly string[];
	readonly code: string;
	readonly exit: number;
	readonly says: readonly string[];
	readonly files?: Readonly<Record<string, string>>;
}

const refused = test.macro(async (t, {args, code, exit, says, files = {}}: Case) => {
	const cwd = await workspace(t, files);
	const before = await fs.readdir(cwd);
	const {exitCode, stdout, stderr} = await pipeline([...args, '--json'], {cwd});
	t.is(exitCode, exit, `printed: ${stderr}`);
	t.like(JSON.parse(stdout), {ok: false, data: null, error: {code, exitCode: exit}});
	for (const text of says) {
		t.true(stderr.includes(text), `"${text}" is not in: ${stderr}`);
	}

	t.notRegex(stderr, /^\s+at /mu);
	t.deepEqual(await fs.readdir(cwd), before, 'nothing was made');
});

const run = ['run', 'tiny.yaml'];
const cases: Readonly<Record<string, Case>> = {
	'a flag that is given twice': {args: [...run, '--out', 'a', '--out', 'b'], code: 'FLAG_REPEATED', exit: 64, says: ['--out once', '2 times']},
	'a choice that is given twice': {args: [...run, '--engine', 'onnx', '--engine', 'reference'], code: 'FLAG_REPEATED', exit: 64, says: ['--engine']},
	'a seed that is no number': {args: [...run, '--seed', 'abc'], code: 'FLAG_VALUE', exit: 64, says: ['--seed', 'a number', 'abc']},
	'steps that are no number': {args: [...run, '--max-steps=many'], code: 'FLAG_VALUE', exit: 64, says: ['--max-steps', 'many']},
	'no steps at all': {args: [...run, '--max-steps', '0'], code: 'FLAG_VALUE', exit: 64, says: ['--max-steps', 'at least 1']},
	'half a step': {args: [...run, '--max-steps', '1.5'], code: 'FLAG_VALUE', exit: 64, says: ['whole number', '1.5']},
	'a seed that is nothing': {args: [...run, '--seed', ''], code: 'FLAG_VALUE', exit: 64, says: ['--seed', 'a number']},
	'epochs that are nothing': {args: [...run, '--epochs='], code: 'FLAG_VALUE', exit: 64, says: ['--epochs', 'a number']},
	'a count that is blank': {args: ['data', 'preview', 'tiny.yaml', '--count', ' '], code: 'FLAG_VALUE', exit: 64, says: ['--count', 'a number']},
	'a time that no timer can wait for': {args: [...run, '--max-time', '700h'], code: 'FLAG_VALUE', exit: 64, says: ['--max-time', '700h', '596h at most']},
	'a grace that is no duration': {args: [...run, '--grace', '20'], code: 'FLAG_VALUE', exit: 64, says: ['--grace', '20', '10m']},
	'a grace below zero': {args: ['resume', 'tiny', '--grace=-5s'], code: 'FLAG_VALUE', exit: 64, says: ['--grace', '-5s']},
	'a grace that no timer can wait for': {args: [...run, '--grace', '9999999h'], code: 'FLAG_VALUE', exit: 64, says: ['--grace', '596h at most']},
	'a timeout that no timer can wait for': {args: [...run, '--set', 'network.bodyTimeout=700h'], code: 'DEFINITION_INVALID', exit: 78, says: ['--set: network.bodyTimeout: ', '596h at most']},
	'a timeout in milliseconds that no timer can wait for': {args: [...run, '--set', 'network.headersTimeout=2147483648'], code: 'DEFINITION_INVALID', exit: 78, says: ['--set: network.headersTimeout: ', '2147483647']},
	'an output without a name': {args: [...run, '--out', ''], code: 'FLAG_VALUE', exit: 64, says: ['--out']},
	'epochs that the definition cannot have': {args: [...run, '--epochs', '0'], code: 'DEFINITION_INVALID', exit: 78, says: ['--epochs: training.epochs: ', 'received 0']},
	'workers that are none': {args: [...run, '--workers', 'few'], code: 'DEFINITION_INVALID', exit: 78, says: ['--workers: training.workers: ']},
	'a memory that is no size': {args: [...run, '--memory', 'much'], code: 'DEFINITION_INVALID', exit: 78, says: ['--memory: memory: ', '256MB']},
	'an action that a command does not have': {args: ['engines', 'sl'], code: 'FLAG_VALUE', exit: 64, says: ['ls', 'sl']},
	'an action that a group does not have': {args: ['data', 'fetsh', 'mnist'], code: 'FLAG_VALUE', exit: 64, says: ['"data"', 'fetsh', 'preview', 'Did you mean "fetch"?']},
	'a group without an action': {args: ['runs'], code: 'USAGE', exit: 64, says: ['runs <action>', 'compare']},
	'an action without its argument': {args: ['data', 'fetch'], code: 'USAGE', exit: 64, says: ['Expected "pipeline data fetch <name>"']},
	'an option of another action': {args: ['data', 'fetch', 'mnist', '--after', 'normalize'], code: 'FLAG_UNKNOWN', exit: 64, says: ['"after"']},
	'an argument too many of an action': {args: ['checkpoint', 'diff', 'a', 'b', 'c'], code: 'FLAG_UNKNOWN', exit: 64, says: ['"c"']},
	'an argument too many': {args: [...run, 'other.yaml'], code: 'FLAG_UNKNOWN', exit: 64, says: ['other.yaml']},
	'an unknown command after a flag with a value': {args: ['--color', 'never', 'validat', 'tiny.yaml'], code: 'COMMAND_UNKNOWN', exit: 64, says: ['"validat"', '"validate"']},
	'a topic that has no help': {args: ['help', 'everything'], code: 'USAGE', exit: 64, says: ['everything', 'exit-codes']},
	'a misspelt operator': {
		args: ['run', 'bad.yaml'], files: {'bad.yaml': tinyDefinition.replace('normalize', 'normalise')}, code: 'DEFINITION_INVALID', exit: 78, says: ['bad.yaml:7:5: operators[0].normalise', '"normalize"'],
	},
	'faults of several files': {
		args: ['validate', 'one.yaml', 'tiny.yaml', 'two.yaml'], files: {'one.yaml': `${tinyDefinition}colour: red\n`, 'two.yaml': tinyDefinition.replace('epochs', 'epocs')},
		code: 'DEFINITION_INVALID', exit: 78, says: ['one.yaml:21:1: colour', 'two.yaml:16:3: training.epocs'],
	},
	'faults of several files, some of which cannot be read or parsed': {
		args: ['validate', 'nowhere.yaml', 'one.yaml', 'open.yaml', 'tiny.yaml'], files: {'one.yaml': `${tinyDefinition}colour: red\n`, 'open.yaml': 'version: [1\n'},
		code: 'DEFINITION_INVALID', exit: 78, says: ['nowhere.yaml: There is no such file', 'one.yaml:21:1: colour', 'open.yaml:2:1: it cannot be read as YAML: '],
	},
	'one file of several that is not there': {args: ['validate', 'tiny.yaml', 'nowhere.yaml'], code: 'FILE_NOT_FOUND', exit: 66, says: ['nowhere.yaml']},
};

for (const [title, given] of Object.entries(cases)) {
	test.serial(`${title} ends with ${given.exit}, and nothing is made`, refused, given);
}

test.serial('with --json every problem has its place as fields', async t => {
	const cwd = await workspace(t, {'bad.yaml': `${tinyDefinition}colour: red\nbatchs: {}\n`});
	const {stdout} = await pipeline(['validate', 'bad.yaml', '--json'], {cwd});
	const {error: {problems}} = JSON.parse(stdout) as {error: {problems: ReadonlyArray<Record<string, unknown>>}};
	t.like(problems[0], {path: 'colour', place: {line: 21, column: 1}});
	t.like(problems[1], {path: 'batchs', nearest: 'batches', place: {line: 22, column: 1}});
});

test.serial('a program that waits for what never comes ends with 70 and says so', async t => {
	const cwd = await workspace(t, {'package.json': '{"type": "module"}', 'never.js': 'await new Promise(() => {});'});
	const {exitCode, stdout, stderr} = await pipeline(['run', 'never.js', '--json'], {cwd});
	t.is(exitCode, 70, `printed: ${stderr}`);
	t.regex(stderr, /^error: INTERNAL: /mu);
	t.like(JSON.parse(stdout), {ok: false, error: {code: 'INTERNAL', exitCode: 70}});
});

test.serial('a program that was never built says how to build it', async t => {
	const cwd = await workspace(t, {'package.json': '{"type": "module"}'});
	await fs.mkdir(path.join(cwd, 'bin'));
	await fs.copyFile(program, path.join(cwd, 'bin', 'pipeline'));
	const {exitCode, stderr} = await execa(process.execPath, [path.join(cwd, 'bin', 'pipeline'), 'run'], {cwd, reject: false});
	t.is(exitCode, 69);
	t.regex(stderr, /^error: NOT_BUILT: .*\nhint: .*npm ci/u);
	t.notRegex(stderr, /^\s+at /mu);
});

test.serial('flags of every command may stand before it, and help and --help say the same', async t => {
	const cwd = await workspace(t);
	const [valid, asked, flagged, all, none] = await Promise.all([
		pipeline(['--color', 'never', 'validate', 'tiny.yaml'], {cwd}),
		pipeline(['help', 'run'], {cwd}),
		pipeline(['run', '--help'], {cwd}),
		pipeline(['help'], {cwd}),
		pipeline([], {cwd}),
	]);
	t.deepEqual([valid, asked, flagged, all, none].map(({exitCode}) => exitCode), [0, 0, 0, 0, 0]);
	t.is(valid.stdout, 'tiny.yaml: valid');
	t.is(asked.stdout, flagged.stdout);
	t.is(all.stdout, none.stdout);
	t.true(all.stdout.includes('pipeline run'));
});

test.serial('options of an action may stand before it', async t => {
	const cwd = await workspace(t);
	const {exitCode, stdout} = await pipeline(['config', '--epochs', '3', '--origin', 'show', 'tiny.yaml'], {cwd});
	t.is(exitCode, 0);
	t.regex(stdout, /^training\.epochs +3 {2}--epochs$/mu);
});

test.serial('lists are asked for with ls or without', async t => {
	const cwd = await workspace(t);
	const [bare, listed] = await Promise.all([pipeline(['operators'], {cwd}), pipeline(['operators', 'ls'], {cwd})]);
	t.is(bare.exitCode, 0, `printed: ${bare.stderr}`);
	t.is(listed.stdout, bare.stdout);
});

test.serial('config show --origin says where values come from', async t => {
	const cwd = await workspace(t);
	const {exitCode, stdout} = await pipeline(['config', 'show', 'tiny.yaml', '--origin', '--epochs', '3', '-s', 'batches.size=2'], {cwd});
	t.is(exitCode, 0);
	t.regex(stdout, /^training\.epochs +3 {2}--epochs$/mu);
	t.regex(stdout, /^batches\.size +2 {2}--set$/mu);
	t.regex(stdout, /^seed +1 {2}\S+tiny\.yaml:2:7$/mu);
	t.regex(stdout, /^batches\.shuffle +"global" {2}default$/mu);
});

(process.platform === 'win32' ? test.skip : test)('a working directory that was removed is told', async t => { // Windows does not remove one that is in use.
	const cwd = await workspace(t);
	for (const args of [['run', path.join(cwd, 'tiny.yaml')], ['runs', 'ls']]) {
		const {exitCode, stderr} = await execa('sh', ['-c', 'mkdir gone && cd gone && rmdir ../gone && "$@"', 'sh', process.execPath, program, ...args], {cwd, reject: false});
		t.is(exitCode, 66, `stderr: ${stderr}`);
		t.regex(stderr, /^error: FILE_NOT_FOUND: .*the working directory/mu);
		t.notRegex(stderr, /^ +at /mu);
	}
});

test('runs are listed of folders alone', async t => {
	const cwd = await workspace(t);
	const {exitCode, stderr} = await pipeline(['runs', 'ls', 'tiny.yaml'], {cwd});
	t.is(exitCode, 66, `stderr: ${stderr}`);
	t.regex(stderr, /^error: RUN_UNREADABLE: .*tiny\.yaml/mu);
	const empty = await pipeline(['runs', 'ls', 'none-yet'], {cwd});
	t.is(empty.exitCode, 0, `stderr: ${empty.stderr}`);
});

for (const args of [['run'], ['validate'], ['validate', 'tiny.yaml'], ['runs', 'show'], ['runs', 'rm', 'tiny.yaml'], ['runs', 'stop'], ['data', 'verify']]) {
	test(`${args.join(' ')} with "-" does not pass over the standard input, and does not succeed`, async t => {
		const {exitCode, stdout, stderr} = await pipeline([...args, '-'], {cwd: await workspace(t)});
		t.is(exitCode, 64, `stderr: ${stderr}`);
		t.is(stdout, '');
		t.regex(stderr, /^error: USAGE: Expected "pipeline .*Received: "-"/mu);
	});
}

test('a module with a syntax error is told where no other process may be started to find its line', async t => {
	const cwd = await workspace(t, {
		'package.json': '{"type": "module"}', 'own.js': 'export default {{\n', 'own.yaml': tinyDefinition.replace('batches:', '  - ./own.js\nbatches:'),
	});
	const flag = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';
	const {exitCode, stderr} = await execa(process.execPath, [flag, '--allow-fs-read=*', '--allow-fs-write=*', '--allow-worker', program, 'run', 'own.yaml', '--out', 'out'], {cwd, reject: false});
	t.is(exitCode, 78, `stderr: ${stderr}`);
	t.regex(stderr, /^error: OPERATOR_MODULE: .*Unexpected token '\{' \(module \.\/own\.js\)$/mu);
});
