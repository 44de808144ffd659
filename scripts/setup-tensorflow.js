/**
 * Makes the native library of @tensorflow/tfjs-node load, which the `tensorflow` engine computes with.
 *
 *   npm run setup:tensorflow                 do what is missing; nothing when the library loads already
 *   npm run setup:tensorflow -- --check      only say whether it loads
 *   npm run setup:tensorflow -- --force      do it again although it loads
 *   npm run setup:tensorflow -- --from-wheel go straight to the second way
 *
 * The first way is the package's own install step, which downloads libtensorflow and a finished binding. The second is
 * for Linux machines that reach Python's package index but not that download: it takes libtensorflow out of the
 * tensorflow-cpu wheel and compiles the binding against it (python3 with pip, g++ and make; about 1.5 GB of disk).
 *
 * Exit codes: 0 when the library loads in the end, 64 for a wrong option, 69 when it does not load,
 * 130 or 143 when interrupted.
 */
import {spawn} from 'node:child_process';
import fs from 'node:fs';
import {createRequire} from 'node:module';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const packageName = '@tensorflow/tfjs-node';

/** The wheel whose C interface the binding of tfjs-node 4.22 has been compiled against and tried with. */
const wheel = {name: 'tensorflow-cpu', version: '2.21.0', python: '3.12'};

/** What the second way occupies while the wheel and its content lie side by side, in bytes. */
const diskNeeded = 1.5e9;

/** Longest time for the package's own download, which has no limit of its own, in milliseconds. */
const downloadLimit = 15 * 60_000;

/** Loads the library in a process of its own, since one compiled for another processor kills the process. */
const probe = `
const util = require('node:util');
// Node 23 took both away; tfjs-node 4.22 calls them.
util.isNullOrUndefined ??= value => value === null || value === undefined;
util.isArray ??= Array.isArray;
const tf = require('${packageName}');
const [sum] = tf.tidy(() => tf.tensor1d([1, 2]).sum().dataSync());
if (tf.getBackend() !== 'tensorflow' || sum !== 3) {
	throw new Error('backend ' + tf.getBackend() + ' says that 1 + 2 = ' + sum);
}

console.log('PROBE ' + JSON.stringify({backend: tf.getBackend(), package: tf.version['tfjs-node'], library: tf.backend().binding.TF_Version}));
`;

/** Takes the libraries and headers out of a wheel: argv is the wheel's folder, then the folder to fill. */
const unpack = `
import pathlib, shutil, sys, zipfile
folder, target = map(pathlib.Path, sys.argv[1:])
libraries = {'libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'}
with zipfile.ZipFile(next(folder.glob('*.whl'))) as archive:
    for entry in archive.infolist():
        top, _, name = entry.filename.partition('/')
        if top != 'tensorflow' or entry.is_dir():
            continue
        if name in libraries:
            libraries.remove(name)
            name = 'lib/' + name
        elif not name.startswith('include/'):
            continue
        file = target / name
        file.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as source, open(file, 'wb') as copy:
            shutil.copyfileobj(source, copy, 1 << 22)
if libraries:
    sys.exit('The wheel holds no ' + ' and no '.join(sorted(libraries)) + '.')
`;

/** A failure with a sentence for the user; anything else is a defect and shows its stack. */
class SetupError extends Error {}

const say = line => {
	process.stderr.write(`${line}\n`);
};

const interruption = new AbortController();
for (const [name, code] of [['SIGINT', 130], ['SIGTERM', 143]]) {
	process.once(name, () => {
		process.exitCode = code;
		interruption.abort();
	});
}

/**
 * Runs a program to its end and resolves to its output, both streams together.
 * `shown` passes the output on to stderr instead. A program that fails rejects with the end of its output.
 */
const run = (command, parameters, {cwd = root, env = {}, shown = false, limit} = {}) => new Promise((resolve, reject) => {
	const {signal: interrupted} = interruption;
	interrupted.throwIfAborted();
	// A group of its own, so that the compilers which a program starts end with it.
	const detached = process.platform !== 'win32';
	const child = spawn(command, parameters, {
		cwd, detached, env: {...process.env, ...env}, stdio: ['ignore', shown ? 2 : 'pipe', shown ? 2 : 'pipe'],
	});
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream?.setEncoding('utf8').on('data', text => {
			output += text;
		});
	}

	const signal = limit === undefined ? interrupted : AbortSignal.any([interrupted, AbortSignal.timeout(limit)]);
	const stop = () => {
		try {
			process.kill(detached ? -child.pid : child.pid);
		} catch {
			// It has ended by itself meanwhile.
		}
	};

	signal.addEventListener('abort', stop);
	child.once('error', error => {
		signal.removeEventListener('abort', stop);
		reject(new SetupError(`${command} cannot be started (${error.code}).`, {cause: error}));
	});
	child.once('close', (code, killedBy) => {
		signal.removeEventListener('abort', stop);
		if (interrupted.aborted) {
			reject(interrupted.reason);
		} else if (signal.aborted) {
			reject(new SetupError(`${command} was stopped after ${limit / 60_000} minutes.`));
		} else if (code === 0) {
			resolve(output);
		} else {
			const end = output.trimEnd().split('\n').slice(-15).join('\n');
			reject(new SetupError(`${command} ended with ${killedBy ?? `exit code ${code}`}.${end === '' ? '' : `\n${end}`}`));
		}
	});
});

/** Resolves to what loads, or to `{reason}` when it does not. */
const check = async () => {
	try {
		const output = await run(process.execPath, ['--eval', probe], {env: {TF_CPP_MIN_LOG_LEVEL: '3'}, limit: 120_000});
		return JSON.parse(output.split('\n').find(line => line.startsWith('PROBE '))?.slice(6) ?? '{"reason": "it says nothing"}');
	} catch (error) {
		if (!(error instanceof SetupError)) {
			throw error;
		}

		const lines = error.message.split('\n');
		return {reason: lines.find(line => /^\w*Error: /v.test(line)) ?? lines[0]};
	}
};

const describe = ({backend, package: version, library}) => `${packageName} ${version} loads: backend ${backend}, libtensorflow ${library}, Node ${process.version}.`;

/** The package's folder. An npm that ignores `allowScripts` leaves the whole package out once its install step has failed; it is fetched again then. */
const findPackage = async () => {
	const find = () => {
		try {
			return path.dirname(createRequire(path.join(root, 'package.json')).resolve(`${packageName}/package.json`));
		} catch {
			return undefined;
		}
	};

	if (find() === undefined && fs.existsSync(path.join(root, 'package-lock.json'))) {
		say(`${packageName} is not there; npm installs it without running its install step.`);
		const npm = process.env.npm_execpath;
		const [command, ...first] = npm?.endsWith('npm-cli.js') ? [process.execPath, npm] : ['npm'];
		await run(command, [...first, 'install', '--no-save', '--ignore-scripts', '--include=optional', '--include=dev', '--no-audit', '--no-fund'], {shown: true});
	}

	const folder = find();
	if (folder === undefined) {
		const {optionalDependencies} = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
		throw new SetupError(`${packageName} is not installed. Run: npm install --ignore-scripts ${packageName}@${optionalDependencies[packageName]}`);
	}

	return folder;
};

/** The folder of the node-pre-gyp that the package brings, for the search path. */
const toolFolder = folder => path.join(path.dirname(createRequire(path.join(folder, 'package.json')).resolve('@mapbox/node-pre-gyp/package.json')), 'bin');

/** First way: the package's own install step. It rewrites its package.json and leaves it so when it fails. */
const installAsPublished = async folder => {
	const manifest = path.join(folder, 'package.json');
	const before = fs.readFileSync(manifest);
	try {
		await run(process.execPath, ['scripts/install.js'], {
			cwd: folder, limit: downloadLimit, env: {PATH: [toolFolder(folder), process.env.PATH].join(path.delimiter)},
		});
	} finally {
		fs.writeFileSync(manifest, before);
	}
};

/** Second way: libtensorflow from the wheel, the binding from its source. */
const buildFromWheel = async folder => {
	if (process.platform !== 'linux') {
		throw new SetupError(`The wheel's library can be linked on Linux only; this is ${process.platform}.`);
	}

	for (const place of [folder, os.tmpdir()]) {
		const {bavail, bsize} = fs.statfsSync(place);
		if (bavail * bsize < diskNeeded) {
			throw new SetupError(`${place} has ${(bavail * bsize / 1e9).toFixed(1)} GB free and ${diskNeeded / 1e9} GB are needed. Free some space, or point TMPDIR elsewhere if it is the folder for temporary files.`);
		}
	}

	const download = fs.mkdtempSync(path.join(os.tmpdir(), 'threadloom-tensorflow-'));
	try {
		say(`Downloading the wheel of ${wheel.name} ${wheel.version} with pip.`);
		// The library does not care for Python's version, so any wheel will do for a pip of any age.
		await run('python3', [
			'-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--python-version', wheel.python, '--dest', download, `${wheel.name}==${wheel.version}`,
		], {shown: true});

		say('Unpacking libtensorflow and its headers.');
		const deps = path.join(folder, 'deps');
		// Never written over in place: a process that has the old library mapped would crash.
		fs.rmSync(deps, {recursive: true, force: true});
		await run('python3', ['-c', unpack, download, deps]);
	} finally {
		fs.rmSync(download, {recursive: true, force: true});
	}

	// The linker looks for these names; at run time the versioned names recorded in the libraries are looked up.
	const libraries = path.join(folder, 'deps', 'lib');
	fs.symlinkSync('libtensorflow_cc.so.2', path.join(libraries, 'libtensorflow.so'));
	fs.symlinkSync('libtensorflow_framework.so.2', path.join(libraries, 'libtensorflow_framework.so'));

	say('Compiling the binding.');
	const prefix = path.resolve(process.execPath, '../..');
	// Without this, node-gyp downloads the headers that lie beside Node already.
	const headers = fs.existsSync(path.join(prefix, 'include', 'node', 'node_api.h')) ? Object.fromEntries([['npm_config_nodedir', prefix]]) : {};
	await run(process.execPath, [path.join(toolFolder(folder), 'node-pre-gyp'), 'install', '--build-from-source'], {
		cwd: folder, env: {...headers, CXXFLAGS: `${process.env.CXXFLAGS ?? ''} -std=c++17`},
	});
};

/** Tries one way and says how it went; resolves to whether the library loads now. */
const attempt = async (title, way, folder) => {
	say(title);
	const started = performance.now();
	try {
		await way(folder);
		const state = await check();
		if (state.reason === undefined) {
			say(`Done in ${Math.round((performance.now() - started) / 1000)} s.`);
			process.stdout.write(`${describe(state)}\n`);
			return true;
		}

		say(`That ended well, and yet it does not load. ${state.reason}`);
	} catch (error) {
		if (!(error instanceof SetupError)) {
			throw error;
		}

		say(`That did not work. ${error.message}`);
	}

	return false;
};

const main = async ({check: onlyCheck, force, 'from-wheel': onlyWheel}) => {
	const state = await check();
	if (state.reason === undefined && (onlyCheck || !force)) {
		process.stdout.write(`${describe(state)}\n`);
		return 0;
	}

	if (onlyCheck) {
		process.stdout.write(`${packageName} does not load: ${state.reason}\n`);
		return 69;
	}

	const folder = await findPackage();
	if (!onlyWheel && await attempt('Trying the install step of the package, which downloads libtensorflow.', installAsPublished, folder)) {
		return 0;
	}

	if (await attempt('Building against libtensorflow from a Python wheel.', buildFromWheel, folder)) {
		return 0;
	}

	say([
		`${packageName} does not load. Threadloom works without it: the onnx engine needs nothing of TensorFlow, and the tensorflow engine computes in plain JavaScript.`,
		'To get it, either let this machine reach the download of libtensorflow (TFJS_NODE_CDN_STORAGE names a mirror), or have python3 with pip, g++ and make and a way to Python\'s package index. Then run: npm run setup:tensorflow',
	].join('\n'));
	return 69;
};

try {
	const options = {check: {type: 'boolean'}, force: {type: 'boolean'}, 'from-wheel': {type: 'boolean'}};
	process.exitCode = await main(parseArgs({options}).values);
} catch (error) {
	if (error instanceof SetupError) {
		say(error.message);
		process.exitCode = 69;
	} else if (String(error.code).startsWith('ERR_PARSE_ARGS')) {
		say(`${error.message}\nOptions: --check, --force, --from-wheel`);
		process.exitCode = 64;
	} else if (!interruption.signal.aborted) {
		throw error;
	}
}
