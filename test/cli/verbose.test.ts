import test from 'ava';
import {operatorModule, pipeline, tinyDefinition, workspace} from './workspace.ts';

const withOperator = tinyDefinition.replace('operators:\n', 'operators:\n  - ./mine.js\n');

test('with --verbose an operator that throws is found in its module', async t => {
	const cwd = await workspace(t, {'mine.js': operatorModule('throw new TypeError("no such thing")'), 'own.yaml': withOperator});
	const {stderr} = await pipeline(['run', 'own.yaml', '--out', 'out', '--verbose'], {cwd});
	t.regex(stderr, /^error: OPERATOR_FAILED: /mu);
	t.regex(stderr, /^caused by TypeError: no such thing\n {4}at .*mine\.js:\d+:\d+/mu);
});

test('with --verbose a stack trace names the modules that the program was put together from', async t => {
	const cwd = await workspace(t);
	const {stderr} = await pipeline(['run', 'tiny.yaml', '--out', 'out', '--set', 'model.layers.1.dense.units=4', '--verbose'], {cwd});
	t.regex(stderr, /^error: MODEL_CLASSES: /mu);
	t.regex(stderr, /^ {4}at .*src[\\/]runs[\\/]session\.ts:\d+:\d+/mu);
});
