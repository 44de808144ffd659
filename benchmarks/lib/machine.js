import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import process from 'node:process';
import {fileURLToPath} from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const {version} = JSON.parse(fs.readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

const commit = () => {
	try {
		const git = (...parameters) => execFileSync('git', ['-C', root, ...parameters], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}).trim();
		return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', '--', 'src', 'assembly', 'bin') === '' ? '' : ' with changes');
	} catch {
		return undefined; // Not a clone.
	}
};

/** Vector instructions that matter for speed, where the system tells them. */
const instructions = () => {
	try {
		const flags = new Set(/^flags\s*:(?<flags>.*)$/mu.exec(fs.readFileSync('/proc/cpuinfo', 'utf8')).groups.flags.split(' '));
		return ['avx512f', 'avx2', 'fma'].filter(flag => flags.has(flag));
	} catch {
		return [];
	}
};

/** What figures depend on beside the code. */
export const machine = () => ({
	processor: os.cpus()[0]?.model.trim() ?? process.arch,
	instructions: instructions(),
	cores: os.availableParallelism(),
	memory: os.totalmem(),
	system: `${os.type()} ${process.arch}`,
	node: process.versions.node,
	threadloom: version,
	commit: commit(),
});
