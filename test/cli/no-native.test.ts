import test from 'ava';
import {pipeline, reportOf, tinyDefinition, workspace} from './workspace.ts';

/** Makes packages missing in every thread. */
const without = (names: readonly string[]): string => `
	const loader = require('node:module');
	const resolve = loader._resolveFilename;
	loader._resolveFilename = function (request, ...rest) {
		if (${JSON.stringify(names)}.some(name => request === name || request.startsWith(name + '/'))) {
			throw Object.assign(new Error("Cannot find module '" + request + "'"), {code: 'MODULE_NOT_FOUND'});
		}

		return resolve.call(this, request, ...rest);
	};
`;

test.serial('without native packages a run is made by the engine that needs none, and says what to install', async t => {
	const cwd = await workspace(t, {
		'auto.yaml': tinyDefinition.replace('  engine: reference\n', ''),
		'without.cjs': without(['onnxruntime-node', '@tensorflow/tfjs-node']),
	});
	const {exitCode, stderr} = await pipeline(['run', 'auto.yaml', '--epochs', '1', '--out', 'out'], {cwd, env: {NODE_OPTIONS: '--require ./without.cjs'}});
	t.is(exitCode, 0, `stderr: ${stderr}`);
	t.regex(stderr, /warning: The engine "onnx" cannot be loaded: .*onnxruntime-node.*; trying tensorflow\. Run "ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node"/u);
	t.regex(stderr, /warning: The engine "tensorflow" cannot be loaded: its native library is not here.*; trying reference, which is much slower/u);
	t.like(await reportOf(`${cwd}/out`), {status: 'completed'});
	t.regex(stderr, /engine reference/u);
});

test.serial('TensorFlow.js without its native library is used where it is chosen', async t => {
	const cwd = await workspace(t, {'without.cjs': without(['@tensorflow/tfjs-node'])});
	const {exitCode, stderr} = await pipeline(['run', 'tiny.yaml', '--epochs', '1', '--out', 'out', '--engine', 'tensorflow'], {cwd, env: {NODE_OPTIONS: '--require ./without.cjs'}});
	t.is(exitCode, 0, `stderr: ${stderr}`);
	t.regex(stderr, /engine tensorflow \(cpu /u);
});

test.serial('the list of engines says what to install for one that is missing', async t => {
	const cwd = await workspace(t, {'without.cjs': without(['onnxruntime-node'])});
	const {exitCode, stdout} = await pipeline(['engines'], {cwd, env: {NODE_OPTIONS: '--require ./without.cjs'}});
	t.is(exitCode, 0);
	t.regex(stdout, /^onnx +no +The engine "onnx" cannot be loaded: .*\. Run "ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node"/mu);
	t.regex(stdout, /^reference +yes/mu);
});
