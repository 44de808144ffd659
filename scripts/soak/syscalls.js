import {execFileSync} from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';

/** The checkpoint whose saving fails, when others are there already. */
const step = 10;

const isThere = () => {
	try {
		execFileSync('strace', ['-V'], {stdio: 'ignore'});
		return true;
	} catch {
		return false;
	}
};

/** Every call of a save in turn: on which path, and how it fails. */
const calls = directory => {
	const folder = path.join(directory, 'checkpoints');
	const temporary = path.join(folder, `.step-${step}.ckpt.tmp`);
	return [
		{call: 'openat', on: temporary, errors: ['EACCES', 'ENOSPC']},
		{call: 'write', on: temporary, errors: ['ENOSPC', 'EIO', 'EDQUOT']},
		{call: 'fsync', on: temporary, errors: ['EIO']},
		{call: 'rename', on: temporary, errors: ['EIO', 'EACCES']},
		// Behind the rename: the folder itself.
		{call: 'fsync', on: folder, errors: ['EIO'], when: step},
	];
};

const casesOf = isQuick => {
	const all = calls('').flatMap((given, index) => [...given.errors.map(error => ({index, how: `error=${error}`})), {index, how: 'signal=KILL'}]);
	return isQuick ? all.filter(({index, how}) => index === 3 && how === 'signal=KILL') : all;
};

/** Lets every call of one save fail or kill in turn; the run ends as it should, and goes on to the same end. */
export async function * syscalls(runner, {isQuick}) {
	if (!isThere()) {
		yield {title: 'failing system calls', skipped: 'strace is not here'};
		return;
	}

	for (const {index, how} of casesOf(isQuick)) {
		const directory = runner.directory();
		const {call, on, when = 1} = calls(directory)[index];
		const trace = path.join(runner.folder, 'trace');
		const wrap = ['strace', '-f', '-qq', '-o', trace, '-P', on, '-e', `trace=${call}`, '-e', `inject=${call}:${how}:when=${when}`];
		const {code, signal, words} = await runner.train(directory, {wrap});
		const struck = await fs.readFile(trace, 'utf8');
		const what = `${call} of ${path.basename(on)}, ${how}`;
		const isKill = how.startsWith('signal');
		// Strace ends as its program did.
		const isRight = isKill ? signal === 'SIGKILL' || code === 137 : code === 74 && /^error: WRITE_FAILED: /mu.test(words);
		if (!isRight || !(/\(INJECTED\)/u.test(struck) || isKill)) {
			throw new Error(`${what}: ${signal ?? `exit code ${code}`}\n${words}\n${struck}`);
		}

		const names = await fs.readdir(path.join(directory, 'checkpoints'));
		if (!names.some(name => name.endsWith('.ckpt')) || (!isKill && names.some(name => name.endsWith('.tmp')))) {
			throw new Error(`${what}: left ${names.join(', ')}`);
		}

		await runner.finish(directory);
		yield {title: what, directory, faults: 1};
	}
}
