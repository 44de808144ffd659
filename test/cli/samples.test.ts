import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {isThere, operatorModule, pipeline, reportOf, tinyDefinition, workspace} from './workspace.ts';

const definition = tinyDefinition.replace('operators:\n', 'operators:\n  - ./picky.js\n');
const picky = operatorModule('if (example.index === 2) { throw new Error("not this one"); } return example;');

test('a run leaves records out on request, and says which, why and what kept it from being faster', async t => {
	const cwd = await workspace(t, {'picky.yaml': definition, 'picky.js': picky});
	const {exitCode, stderr} = await pipeline(['run', 'picky.yaml', '--set', 'samples=skip', '--out', 'run'], {cwd});
	t.is(exitCode, 0, `stderr: ${stderr}`);
	t.regex(stderr, /left out: record 2 of .*not this one/u);
	t.regex(stderr, /^bottleneck: /mu);
	const text = await fs.readFile(path.join(cwd, 'run/rejected.ndjson'), 'utf8');
	const rejects = text.trim().split('\n').map(line => JSON.parse(line) as Record<string, unknown>);
	t.true(rejects.length > 0);
	t.true(rejects.every(({record, operator, code, file, offset}) => record === 2 && operator === './picky.js' && code === 'OPERATOR_FAILED' && typeof file === 'string' && typeof offset === 'number'));
	const {stream} = await reportOf(path.join(cwd, 'run')) as {stream: {rejected: number; operators: Array<{name: string; incoming: number}>}};
	t.is(stream.rejected, 1);
	t.is(stream.operators[0]!.name, './picky.js');
	t.true(stream.operators[0]!.incoming > 0);
});

test('a run without a policy ends with the record that fails', async t => {
	const cwd = await workspace(t, {'picky.yaml': definition, 'picky.js': picky});
	const {exitCode, stderr} = await pipeline(['run', 'picky.yaml', '--out', 'run'], {cwd});
	t.is(exitCode, 80);
	t.regex(stderr, /record 2/u);
	t.false(isThere(path.join(cwd, 'run/rejected.ndjson')));
});
