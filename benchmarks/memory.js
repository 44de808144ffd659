/**
 * Streams a sparse IDX file of 4 GB through pipelines/statistics.yaml, and through a sink that is slower than the
 * reader, and prints the largest resident memory of each process.
 *
 *   node memory.js [GIGABYTES]
 */
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import {makeSparsePair} from './sparse-idx.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = path.join(here, '..');
const bytes = Number(process.argv[2] ?? 4) * 1e9;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'threadloom-memory-'));

const measure = (title, sink) => {
	const {images, labels, count} = makeSparsePair(folder, bytes);
	const out = path.join(folder, 'run');
	const start = performance.now();
	const {status} = spawnSync(process.execPath, [
		path.join(root, 'bin', 'pipeline'),
		'run',
		path.join(root, 'pipelines', 'statistics.yaml'),
		'--set',
		`data.train=${JSON.stringify({images, labels})}`,
		'--set',
		`sinks=${JSON.stringify([sink])}`,
		'--allow-operators',
		here,
		'--out',
		out,
		'--force',
		'--quiet',
	], {stdio: ['ignore', 'ignore', 'inherit']});
	const seconds = (performance.now() - start) / 1000;
	const report = JSON.parse(fs.readFileSync(path.join(out, 'report', 'report.json'), 'utf8'));
	if (status !== 0 || report.status !== 'completed') {
		throw new Error(`${title}: exit code ${status}`);
	}

	console.log(`${title.padEnd(24)} ${(bytes / 1e9).toFixed(1)} GB, ${count} records  peak ${(report.peakMemory / 1e6).toFixed(0)} MB  ${seconds.toFixed(1)} s  ${(bytes / 1e6 / seconds).toFixed(0)} MB/s`);
};

try {
	measure('statistics', 'statistics');
	measure('slow consumer', path.join(here, 'slow-sink.js'));
} finally {
	fs.rmSync(folder, {recursive: true, force: true});
}
