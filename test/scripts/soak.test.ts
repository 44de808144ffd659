import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {execa} from 'execa';
import {root} from '../cli/workspace.ts';

interface Row {
	readonly title: string;
	readonly skipped?: string;
	readonly digest?: string;
	readonly steps?: number;
	readonly faults?: number;
	readonly isSame?: boolean;
}

test('through kills, lost workers and failing system calls the final parameters are the same, bit for bit', async t => {
	t.timeout(300_000);
	const {stdout, stderr, exitCode} = await execa(process.execPath, [path.join(root, 'scripts', 'soak.js'), '--quick', '--json'], {cwd: root, reject: false});
	t.is(exitCode, 0, `stderr: ${stderr}`);
	const {rows} = JSON.parse(stdout) as {rows: readonly Row[]};
	for (const {title, skipped} of rows.filter(row => row.skipped !== undefined)) {
		t.log(`skipped: ${title}: ${skipped}`);
	}

	const counted = rows.filter(({skipped}) => skipped === undefined);
	t.true(counted.length >= 6);
	t.is(new Set(counted.map(({digest}) => digest)).size, 1);
	t.true(counted.every(({steps, isSame}) => steps === 40 && isSame === true));
	t.true(counted.reduce((sum, {faults = 0}) => sum + faults, 0) >= 7);
});
