import test from 'ava';
import {isGroup, wordsOf} from '../../src/cli/command.ts';
import {commands} from '../../src/cli/commands.ts';
import {pipeline, root} from './workspace.ts';

const all = commands.flatMap(command => [command, ...(isGroup(command) ? command.actions : [])]);

// The parser takes `help --help` for the help of the whole program.
for (const command of all.filter(({usage}) => !usage.startsWith('help'))) {
	const {usage, describe, examples} = command;
	const words = wordsOf(command);

	test.serial(`the help of ${words.join(' ')} says what it does, then shows examples, and fits on a screen`, async t => {
		const {exitCode, stdout, stderr} = await pipeline([...words, '--help'], {cwd: root});
		const lines = stdout.split('\n');
		t.is(exitCode, 0);
		t.is(stderr, '');
		t.is(lines[0]!.replace(/\.$/u, ''), describe);
		t.deepEqual(lines.slice(2, 2 + examples.length).map(line => line.trim()), examples.map(example => `pipeline ${example}`));
		t.true(stdout.includes(`\nUsage: pipeline ${usage} [options]\n`));
		t.true(lines.length <= 46, `${lines.length} lines`);
		t.true(lines.every(line => line.length <= 80));
	});
}

test.serial('no command and help without a topic end with 0', async t => {
	const [none, help, topic, version, ofGroup] = await Promise.all([[], ['--help'], ['help', 'exit-codes'], ['--version'], ['runs', '-V']].map(async args => pipeline(args, {cwd: root})));
	t.deepEqual([none!, help!, topic!, version!, ofGroup!].map(({exitCode}) => exitCode), [0, 0, 0, 0, 0]);
	t.is(ofGroup!.stdout, version!.stdout);
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

test.serial('each action of a command has arguments, options and help of its own', async t => {
	const help = async (...args: readonly string[]): Promise<string> => {
		const {stdout} = await pipeline(args, {cwd: root});
		return stdout;
	};

	const [group, action, asked, parsed] = await Promise.all([help('data', '--help'), help('data', 'fetch', '--help'), help('help', 'data', 'fetch'), help('data', 'fetch', '--help', '--color', 'never')]);
	for (const line of ['pipeline data ls', 'pipeline data fetch <name>', 'pipeline data preview <name>']) {
		t.true(group.includes(line));
	}

	t.notRegex(group, /^ +(?:-o, )?--(?:after|data-dir|operators)/mu, 'options belong to the actions');
	t.regex(action, /^ {2}name {2}A data set of the catalogue +\[string\] \[required\]$/mu);
	t.regex(action, /--data-dir/u);
	t.notRegex(action, /--(?:after|count|operators|set)/u);
	t.deepEqual([asked, parsed], [action, action]);
});
