import {spawn} from 'node:child_process';
import process from 'node:process';

/** Variables that tell mathematical libraries which kernels or how many threads to take; set from outside they distort a comparison. */
const tuning = /^(?:ATEN|BLIS|DNNL|GOTO|KMP|MKL|NPY|NVPL|OMP|ONEDNN|OPENBLAS)_|^TF_(?:ENABLE|NUM|XLA)_/u;

/** The variables that were taken away from every measured process. */
export const removedVariables = Object.keys(process.env).filter(name => tuning.test(name)).sort();

const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !tuning.test(name)));

/** Runs a program to its end; resolves to its seconds, its output and when it was started. It must succeed. */
export const run = (command, parameters, {env = {}} = {}) => new Promise((resolve, reject) => {
	const startedAt = Date.now();
	const start = performance.now();
	const child = spawn(command, parameters, {stdio: ['ignore', 'pipe', 'pipe'], env: {...environment, TF_CPP_MIN_LOG_LEVEL: '3', ...env}});
	let output = '';
	let complaints = '';
	child.stdout.setEncoding('utf8').on('data', text => {
		output += text;
	});
	child.stderr.setEncoding('utf8').on('data', text => {
		complaints += text;
	});
	child.once('error', reject);
	child.once('close', code => {
		const seconds = (performance.now() - start) / 1000;
		if (code === 0) {
			resolve({seconds, output, startedAt});
		} else {
			reject(new Error(`${command} ${parameters.join(' ')} ended with exit code ${code}:\n${complaints.trimEnd().split('\n').slice(-8).join('\n')}`));
		}
	});
});

/** The last line of a program's output as JSON, with the seconds of the whole process. */
export const runJson = async (command, parameters, options) => {
	const {output, seconds} = await run(command, parameters, options);
	return {...JSON.parse(output.trimEnd().split('\n').at(-1)), seconds};
};
