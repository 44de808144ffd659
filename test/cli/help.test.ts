import test from 'ava';
import {commands} from '../../src/cli/commands.ts';
import {pipeline, root} from './workspace.ts';

// The parser takes `help --help` for the help of the whole program.
for (const {usage, describe, examples} of commands.filter(command => !command.usage.startsWith('help'))) {
	const [name] = usage.split(' ');

	test.serial(`the help of ${name} says what it does, then shows examples, and fits on a screen`, async t => {
		const {exitCode, stdout, stderr} = await pipeline([name!, '--help'], {cwd: root});
		const lines = stdout.split('\n');
		t.is(exitCode, 0);
		t.is(stderr, '');
		t.is(lines[0]!.replace(/\.$/u, ''), describe);
		t.deepEqual(lines.slice(2, 2 + examples.length).map(line => line.trim()), examples.map(example => `pipeline ${example}`));
		t.true(lines.length <= 46, `${lines.length} lines`);
		t.true(lines.every(line => line.length <= 80));
	});
}

test.serial('no command and help without a topic end with 0', async t => {
	const [none, help, topic, version] = await Promise.all([[], ['--help'], ['help', 'exit-codes'], ['--version']].map(async args => pipeline(args, {cwd: root})));
	t.deepEqual([none!, help!, topic!, version!].map(({exitCode}) => exitCode), [0, 0, 0, 0]);
	for (const {usage} of commands) {
		t.true(none!.stdout.includes(`pipeline ${usage.split(' ')[0]}`));
	}

	t.regex(topic!.stdout, /^ +65 {2}the data is bad/mu);
	t.regex(version!.stdout, /^\d+\.\d+\.\d+/u);
});

test.serial('the help that is written down is what the parser makes, whatever way it is asked for', async t => {
	const [bare, flag, short, word] = await Promise.all([[], ['--help'], ['-h'], ['help']].map(async args => pipeline(args, {cwd: root})));
	// With one flag more the parser is asked.
	const parsed = await pipeline(['run', '--help', '--color', 'never'], {cwd: root, env: {LC_ALL: 'de_DE.UTF-8'}});
	const [long, brief, topic] = await Promise.all([['run', '--help'], ['run', '-h'], ['help', 'run']].map(async args => pipeline(args, {cwd: root})));
	t.deepEqual([flag!.stdout, short!.stdout, word!.stdout], [bare!.stdout, bare!.stdout, bare!.stdout]);
	t.deepEqual([long!.stdout, brief!.stdout, topic!.stdout], [parsed.stdout, parsed.stdout, parsed.stdout]);
});
