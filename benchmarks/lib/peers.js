import fs from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import {run, runJson} from './processes.js';

const script = name => fileURLToPath(new URL(`../peers/${name}`, import.meta.url));

/** The peers: which program runs them, and how their version is found. */
const peers = {
	pytorch: {title: 'PyTorch', environment: 'torch', script: 'torch_peer.py', modules: ['torch'], hint: 'benchmarks/peers/setup.sh'},
	keras: {title: 'Keras, graph mode', environment: 'keras', script: 'keras_peer.py', modules: ['keras', 'tensorflow'], hint: 'benchmarks/peers/setup.sh'},
	numpy: {title: 'NumPy', environment: 'torch', script: 'numpy_peer.py', modules: ['numpy'], hint: 'benchmarks/peers/setup.sh'},
	'tfjs-node': {title: 'tfjs-node `fit`', script: 'tfjs-peer.js', hint: 'npm run setup:tensorflow'},
};

const pythonOf = (folder, environment) => path.join(folder, environment, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

const probePython = async (python, modules) => {
	if (!fs.existsSync(python)) {
		return undefined;
	}

	const found = await runJson(python, [script('versions.py'), ...modules]);
	return modules.every(name => name in found) ? modules.map(name => `${name} ${found[name]}`).join(' on ') : undefined;
};

const probeTensorflow = async () => {
	try {
		const require = createRequire(import.meta.url);
		const {version} = require('@tensorflow/tfjs-node/package.json');
		// Whether its native library loads is seen in a process of its own.
		const {output} = await run(process.execPath, ['-e', String.raw`const u=require("util");u.isNullOrUndefined??=v=>v==null;u.isArray??=Array.isArray;const t=require("@tensorflow/tfjs-node");console.log("\n"+t.backend().binding.TF_Version)`]);
		return `tfjs-node ${version} on libtensorflow ${output.trim().split('\n').at(-1)}`;
	} catch {
		return undefined;
	}
};

/** Finds the peers; those that are not there have no version. */
export const findPeers = async folder => Promise.all(Object.entries(peers).map(async ([name, peer]) => {
	const python = peer.environment === undefined ? undefined : pythonOf(folder, peer.environment);
	const version = python === undefined ? await probeTensorflow() : await probePython(python, peer.modules);
	return {
		name,
		title: peer.title,
		hint: peer.hint,
		version,
		python,
		run: async task => runJson(python ?? process.execPath, [script(peer.script), JSON.stringify(task)]),
	};
}));

/** Sgemm of a Python library in GFLOP/s. */
export const pythonSgemm = async (python, library, threads, size) => {
	const {gflops} = await runJson(python, [script('sgemm.py'), library, String(threads), String(size)]);
	return gflops;
};
