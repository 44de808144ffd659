/**
 * Serves IDX data over HTTP that is made while it is sent, streams it through pipelines/statistics.yaml, and prints the
 * largest resident memory of the process that reads it. Nothing is stored; the bound is 300 MB, whatever the size.
 *
 *   node remote.js [GIGABYTES]
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {Readable} from 'node:stream';
import {fileURLToPath} from 'node:url';
import {header} from './sparse-idx.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const gigabytes = Number(process.argv[2] ?? 20);
const bound = 300e6;
const recordBytes = 784;
const classes = 10;
const count = Math.floor(gigabytes * 1e9 / recordBytes);
const blockBytes = 256 * 1024;

/** Bytes that depend on their place: block number n starts at another phase of the sequence than its neighbours. */
const fill = (block, number, limit) => {
	let state = (number * 2_654_435_761 + 1) >>> 0;
	for (let index = 0; index < block.length; index += 64) {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		block.fill((state >>> 24) % limit, index, Math.min(index + 64, block.length));
	}

	return block;
};

/** A file of `size` bytes after its head, a new block at a time. */
function * bytesOf(head, size, limit) {
	yield head;
	for (let sent = 0, number = 0; sent < size; sent += blockBytes, number++) {
		yield fill(Buffer.allocUnsafe(Math.min(blockBytes, size - sent)), number, limit);
	}
}

const files = {
	'/images-idx3-ubyte': {head: header([count, 28, 28]), size: count * recordBytes, limit: 256},
	'/labels-idx1-ubyte': {head: header([count]), size: count, limit: classes},
};

const server = http.createServer((request, response) => {
	const {head, size, limit} = files[request.url];
	response.writeHead(200, {'content-length': head.length + size, etag: `"${count}"`});
	Readable.from(bytesOf(head, size, limit), {objectMode: false, highWaterMark: blockBytes}).pipe(response);
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const address = `http://127.0.0.1:${server.address().port}`;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'threadloom-remote-'));

try {
	const start = performance.now();
	const data = {
		images: `${address}/images-idx3-ubyte`,
		labels: `${address}/labels-idx1-ubyte`,
		classes: Array.from({length: classes}, (_, label) => String(label)),
	};
	const child = spawn(process.execPath, [
		path.join(root, 'bin', 'pipeline'),
		'run',
		path.join(root, 'pipelines', 'statistics.yaml'),
		'--set',
		`data.train=${JSON.stringify(data)}`,
		'--set',
		'network.allowPrivate=["127.0.0.1"]',
		'--out',
		path.join(folder, 'run'),
		'--quiet',
	], {stdio: ['ignore', 'ignore', 'inherit'], env: {...process.env, THREADLOOM_CACHE: path.join(folder, 'cache'), THREADLOOM_CACHE_SIZE: '0'}});
	const [status] = await once(child, 'exit');
	const seconds = (performance.now() - start) / 1000;
	const report = JSON.parse(fs.readFileSync(path.join(folder, 'run', 'report', 'report.json'), 'utf8'));
	const {examples} = JSON.parse(fs.readFileSync(path.join(folder, 'run', 'statistics.json'), 'utf8'));
	if (status !== 0 || report.status !== 'completed' || examples !== count || fs.existsSync(path.join(folder, 'cache'))) {
		throw new Error(`exit code ${status}, ${report.status}, ${examples} of ${count} records`);
	}

	console.log(`${gigabytes} GB over HTTP, ${count} records  peak ${(report.peakMemory / 1e6).toFixed(0)} MB of ${bound / 1e6} MB  ${seconds.toFixed(1)} s  ${(gigabytes * 1e3 / seconds).toFixed(0)} MB/s`);
	process.exitCode = report.peakMemory <= bound ? 0 : 1;
} finally {
	server.closeAllConnections();
	server.close();
	fs.rmSync(folder, {recursive: true, force: true});
}
