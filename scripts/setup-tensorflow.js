#!/usr/bin/env node
/**
 * Makes the native library of TensorFlow.js work for the engine `tensorflow`.
 *
 *   npm run setup:tensorflow              do what is needed
 *   npm run setup:tensorflow -- --check   only say whether the binding loads
 *   npm run setup:tensorflow -- --force   do it again
 *
 * First the package's own install step is tried, which downloads a prebuilt library. Where that is impossible, the
 * library is taken out of the Python package `tensorflow-cpu`, and the binding is compiled against it: that needs
 * python3 with pip, make and a C++ compiler, and 1.2 GB of disk.
 */
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import {createRequire} from 'node:module';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const wheelVersion = process.env.TENSORFLOW_CPU_VERSION ?? '2.21.0';
const unavailable = 69;

const say = text => {
	process.stderr.write(`${text}\n`);
};

const run = (command, args, {cwd = root, env = {}, isQuiet = false} = {}) => {
	const {status, stdout, stderr, error} = spawnSync(command, args, {
		cwd, encoding: 'utf8', env: {...process.env, ...env}, maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'pipe'],
	});
	if (status !== 0 && !isQuiet) {
		say((error?.message ?? `${stdout}${stderr}`).split('\n').slice(-15).join('\n'));
	}

	return {ok: status === 0, stdout: stdout ?? ''};
};

/** Loads the binding in a process of its own: a broken one may take its process with it. */
const check = () => {
	const script = `
		const util = require('node:util');
		util.isNullOrUndefined ??= value => value === null || value === undefined;
		util.isArray ??= Array.isArray;
		const tf = require('@tensorflow/tfjs-node');
		tf.ready().then(() => {
			const sum = tf.tensor1d([1, 2]).sum().dataSync()[0];
			if (sum !== 3) process.exit(1);
			console.log(tf.getBackend() + ', TensorFlow.js ' + tf.version['tfjs-core']);
		});`;
	const {ok, stdout} = run(process.execPath, ['-e', script], {env: {TF_CPP_MIN_LOG_LEVEL: '3'}, isQuiet: true});
	return ok ? stdout.trim() : undefined;
};

const packageFolder = () => {
	try {
		return path.dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node/package.json'));
	} catch {
		return undefined;
	}
};

/** The package's own way: download, else compile against the download. */
const installPrebuilt = folder => {
	say('Trying the prebuilt library …');
	return run(process.execPath, ['scripts/install.js'], {cwd: folder, isQuiet: true}).ok && check() !== undefined;
};

const unpack = `
import pathlib, sys, zipfile
wheel = next(pathlib.Path(sys.argv[1]).glob('*.whl'))
target = pathlib.Path(sys.argv[2])
libraries = {
    'tensorflow/libtensorflow_cc.so.2': 'lib/libtensorflow.so.2',
    'tensorflow/libtensorflow_framework.so.2': 'lib/libtensorflow_framework.so.2',
}
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.infolist():
        name = libraries.get(entry.filename)
        if name is None and entry.filename.startswith('tensorflow/include/'):
            name = entry.filename[len('tensorflow/'):]
        if name is None or entry.is_dir():
            continue
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as source, open(path, 'wb') as out:
            while block := source.read(1 << 22):
                out.write(block)
`;

/** Takes the library and its headers out of the Python package. */
const fetchLibrary = folder => {
	const wheel = fs.mkdtempSync(path.join(os.tmpdir(), 'tensorflow-wheel-'));
	try {
		say(`Fetching the Python package tensorflow-cpu ${wheelVersion} …`);
		if (!run('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', wheel, `tensorflow-cpu==${wheelVersion}`]).ok) {
			return false;
		}

		say('Taking its library out …');
		const deps = path.join(folder, 'deps');
		fs.rmSync(deps, {recursive: true, force: true});
		fs.mkdirSync(path.join(deps, 'lib'), {recursive: true});
		if (!run('python3', ['-c', unpack, wheel, deps]).ok) {
			return false;
		}

		// The names that the linker looks for, and the one that the library calls itself.
		for (const [link, target] of [
			['libtensorflow.so', 'libtensorflow.so.2'],
			['libtensorflow_cc.so.2', 'libtensorflow.so.2'],
			['libtensorflow_framework.so', 'libtensorflow_framework.so.2'],
		]) {
			fs.symlinkSync(target, path.join(deps, 'lib', link));
		}

		return true;
	} finally {
		fs.rmSync(wheel, {recursive: true, force: true});
	}
};

const compile = folder => {
	say('Compiling the binding …');
	const prefix = path.resolve(process.execPath, '..', '..');
	// Without this the compilation would fetch Node's headers.
	const hasHeaders = fs.existsSync(path.join(prefix, 'include', 'node', 'node_api.h'));
	const tool = createRequire(path.join(folder, 'package.json')).resolve('@mapbox/node-pre-gyp/bin/node-pre-gyp');
	return run(process.execPath, [tool, 'install', '--build-from-source'], {
		cwd: folder,
		env: {CXXFLAGS: '-std=c++17', ...(hasHeaders && {npm_config_nodedir: prefix})},
	}).ok;
};

const main = () => {
	const isForced = process.argv.includes('--force');
	const working = isForced ? undefined : check();
	if (working !== undefined) {
		say(`The binding loads: ${working}`);
		return 0;
	}

	const folder = packageFolder();
	if (folder === undefined) {
		say('The package @tensorflow/tfjs-node is not installed. Run: npm install --ignore-scripts @tensorflow/tfjs-node');
		return unavailable;
	}

	if (process.argv.includes('--check')) {
		say('The binding does not load. Run: npm run setup:tensorflow');
		return unavailable;
	}

	if (!installPrebuilt(folder) && !(process.platform === 'linux' && fetchLibrary(folder) && compile(folder))) {
		say('The native library cannot be had here. The engine "tensorflow" still computes in plain JavaScript, and "onnx" and "reference" do not need it.');
		return unavailable;
	}

	const result = check();
	say(result === undefined ? 'The binding was built and does not load.' : `The binding loads: ${result}`);
	return result === undefined ? unavailable : 0;
};

process.exitCode = main();
