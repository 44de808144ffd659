/**
 * Trains one small network again and again, each time with other faults, and prints the digest of its final parameters.
 *
 *   npm run soak                  everything, at full length
 *   npm run soak -- --quick       a few of each, in about a minute
 *   npm run soak -- --json        one JSON document in place of the table
 *
 * All digests must be the same, and so must every step: the records that it saw, its loss, its gradient's norm. The exit
 * code is 1 when one differs, or when a fault that was to strike did not.
 */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {compareTraining} from '../dist/src/runs/compare-training.js';
import {killsAtRandomTimes, killsAtSaves, killsAtSteps} from './soak/kills.js';
import {plain} from './soak/plain.js';
import {createRunner, definition} from './soak/runner.js';
import {syscalls} from './soak/syscalls.js';
import {lostWorkers} from './soak/workers.js';

const isQuick = process.argv.includes('--quick');
const isJson = process.argv.includes('--json');
const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'threadloom-soak-'));
const rows = [];
let reference;

/** Runs one scenario and compares what it left with the run without a fault. */
const tell = async ({title, directory, faults, skipped}) => {
	if (skipped !== undefined) {
		rows.push({title, skipped});
		process.stderr.write(`${title}: skipped, ${skipped}\n`);
		return;
	}

	reference ??= directory;
	const {isSame, digests: [, digest], steps: [, steps], firstDifference} = await compareTraining(reference, directory);
	rows.push({title, digest, steps, faults, isSame, ...(firstDifference && {firstDifference})});
	process.stderr.write(`${digest.slice(0, 16)}  ${isSame ? 'same' : 'OTHER'}  ${title} (${faults} faults)\n`);
	if (directory !== reference) {
		await fs.rm(directory, {recursive: true, force: true});
	}
};

try {
	await fs.writeFile(path.join(folder, 'soak.yaml'), definition);
	const runner = createRunner(folder);
	for (const scenario of [plain, killsAtSteps, killsAtSaves, killsAtRandomTimes, lostWorkers, syscalls]) {
		for await (const result of scenario(runner, {isQuick})) {
			await tell(result);
		}
	}
} finally {
	await fs.rm(folder, {recursive: true, force: true});
}

const counted = rows.filter(({skipped}) => skipped === undefined);
const isRight = counted.every(({isSame}) => isSame);
if (isJson) {
	process.stdout.write(`${JSON.stringify({isRight, rows})}\n`);
} else {
	process.stdout.write([
		'| run | faults that struck | sha256 of the final parameters | every step the same |',
		'|---|---|---|---|',
		...rows.map(({title, skipped, digest, faults, isSame}) => (skipped === undefined ? `| ${title} | ${faults} | \`${digest}\` | ${isSame ? 'yes' : '**no**'} |` : `| ${title} | skipped: ${skipped} | | |`)),
		'',
	].join('\n'));
}

process.exitCode = isRight ? 0 : 1;
