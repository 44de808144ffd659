import {createHash} from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {uglyServer, type Behaviour, type UglyServer} from '../sources/http/ugly-server.ts';
import {fixture, isThere, pipeline, reportOf, tinyDefinition, workspace} from './workspace.ts';

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

interface Remote {
	readonly images: UglyServer;
	readonly labels: UglyServer;
	readonly sha256: string;
}

const remote = async (t: ExecutionContext, behaviour: (request: number) => Behaviour): Promise<Remote> => {
	const serve = async (name: string, script: (request: number) => Behaviour): Promise<{readonly server: UglyServer; readonly content: Uint8Array}> => {
		const content = await fs.readFile(fixture(`tiny/${name}.gz`));
		return {content, server: await uglyServer(t, {content, other: content, validator: 'strong', behaviour: script, share: () => 0.6})};
	};

	const images = await serve('images', behaviour);
	const labels = await serve('labels', () => 'serve');
	return {images: images.server, labels: labels.server, sha256: sha256Of(images.content)};
};

/** The tiny definition over addresses, with a windowed shuffle. */
const over = ({images, labels, sha256}: Remote, network = 'network: {allowPrivate: [127.0.0.1], retries: 3, headersTimeout: 5s}'): string => tinyDefinition
	.replaceAll(`images: ${fixture('tiny/images.gz')}`, `images: "${images.address}?token=secret"`)
	.replaceAll(`labels: ${fixture('tiny/labels.gz')}`, `labels: "${labels.address}", sha256: {images: "${sha256}"}`)
	.replace('batches: {size: 4}', 'batches: {size: 4, shuffle: {window: 3}}')
	.replace('epochs: 10', 'epochs: 3')
	.concat(network, '\n');

const parameters = async (directory: string): Promise<unknown> => (await reportOf(directory))['training'];

test('a run over addresses, cut on the way, comes to the same as one over files, and the next needs no network', async t => {
	const served = await remote(t, request => (request === 0 ? 'cut' : 'serve'));
	const files = over(served)
		.replaceAll(`"${served.images.address}?token=secret"`, fixture('tiny/images.gz'))
		.replaceAll(`"${served.labels.address}"`, fixture('tiny/labels.gz'));
	const cwd = await workspace(t, {'remote.yaml': over(served), 'local.yaml': files});
	const env = {THREADLOOM_CACHE: path.join(cwd, 'cache')};
	const run = await pipeline(['run', 'remote.yaml', '--out', 'remote'], {cwd, env});
	t.is(run.exitCode, 0, run.stderr);
	t.regex(run.stderr, /retry 1\/3 in [\d.]+ s: .*\(http:\/\/127\.0\.0\.1:\d+\/data\/train\.gz\?…, byte \d+\)/u);
	const events = await fs.readFile(path.join(cwd, 'remote', 'events.ndjson'), 'utf8');
	t.true(events.split('\n').some(line => line.includes('"type":"download","state":"retry"')));
	t.notRegex(run.stderr + run.stdout + events, /secret/u);

	const local = await pipeline(['run', 'local.yaml', '--out', 'local'], {cwd, env});
	t.is(local.exitCode, 0, local.stderr);
	t.deepEqual(await parameters(path.join(cwd, 'remote')), await parameters(path.join(cwd, 'local')));

	const requests = served.images.seen.length + served.labels.seen.length;
	const offline = await pipeline(['run', 'remote.yaml', '--out', 'offline', '--offline'], {cwd, env});
	t.is(offline.exitCode, 0, offline.stderr);
	t.is(served.images.seen.length + served.labels.seen.length, requests);
	t.deepEqual(await parameters(path.join(cwd, 'offline')), await parameters(path.join(cwd, 'remote')));
});

test('training starts with the first bytes: steps are made while the rest has not come', async t => {
	const serve = async (name: string, behaviour: Behaviour): Promise<UglyServer> => {
		const content = await fs.readFile(fixture(`garments/train-${name}-ubyte.gz`));
		return uglyServer(t, {content, other: content, validator: 'strong', behaviour: () => behaviour, share: () => 0.5});
	};

	const images = await serve('images-idx3', 'stallBody');
	const labels = await serve('labels-idx1', 'serve');
	const definition = tinyDefinition
		.replace(/^ {2}train: .*$/mu, `  train: {images: "${images.address}", labels: "${labels.address}"}`)
		.replace(/^ {2}test: .*\n/mu, '')
		.replace('batches: {size: 4}', 'batches: {size: 4, shuffle: {window: 50}}')
		.replace('units: 3', 'units: 10')
		.concat('network: {allowPrivate: [127.0.0.1], bodyTimeout: 2m}\n');
	const cwd = await workspace(t, {'remote.yaml': definition});
	const run = await pipeline(['run', 'remote.yaml', '--out', 'out', '--max-steps', '3'], {cwd, env: {THREADLOOM_CACHE: path.join(cwd, 'cache')}});
	t.is(run.exitCode, 0, run.stderr);
	const {training} = await reportOf(path.join(cwd, 'out')) as {readonly training: {readonly steps: number}};
	t.is(training.steps, 3);
	t.notRegex(run.stderr, new RegExp(`fetched ${images.address}`, 'u'));
});

for (const [behaviour, exitCode, code] of [
	['page', 65, 'NOT_GZIP'],
	['change', 65, 'SHA256_MISMATCH'],
	['status503', 69, 'HTTP_UNAVAILABLE'],
] as const) {
	test(`a server that answers with ${behaviour} ends the run with ${exitCode}, and the report says so`, async t => {
		const served = await remote(t, () => behaviour);
		const cwd = await workspace(t, {'remote.yaml': over({...served, sha256: behaviour === 'change' ? '0'.repeat(64) : served.sha256}).replace('retries: 3', 'retries: 1')});
		const run = await pipeline(['run', 'remote.yaml', '--out', 'out', '--json'], {cwd, env: {THREADLOOM_CACHE: path.join(cwd, 'cache')}});
		t.is(run.exitCode, exitCode, run.stderr);
		t.is((JSON.parse(run.stdout) as {readonly error: {readonly code: string}}).error.code, code);
		t.regex(run.stderr, new RegExp(`^error: ${code}: .*127\\.0\\.0\\.1`, 'mu'));
		t.notRegex(run.stderr + run.stdout, /secret/u);
		const report = await reportOf(path.join(cwd, 'out'));
		t.is(report['status'], 'failed');
	});
}

test('an address of this machine is refused unless the definition names it, and offline nothing is asked', async t => {
	const served = await remote(t, () => 'serve');
	const cwd = await workspace(t, {'remote.yaml': over(served, '')});
	const env = {THREADLOOM_CACHE: path.join(cwd, 'cache')};
	const refused = await pipeline(['run', 'remote.yaml', '--out', 'a'], {cwd, env});
	t.is(refused.exitCode, 77, refused.stderr);
	t.regex(refused.stderr, /error: ADDRESS_REFUSED: .*hint: .*network\.allowPrivate/su);
	const offline = await pipeline(['run', 'remote.yaml', '--out', 'b', '--offline'], {cwd, env});
	t.is(offline.exitCode, 66, offline.stderr);
	t.is(served.images.seen.length, 0);
});

test('data ls, info, fetch and verify say what is here and what is not', async t => {
	const cwd = await workspace(t);
	const env = {THREADLOOM_CACHE: path.join(cwd, 'cache')};
	const ls = await pipeline(['data', 'ls', '--json'], {cwd, env});
	const {data} = JSON.parse(ls.stdout) as {readonly data: ReadonlyArray<{readonly name: string; readonly here: number}>};
	t.deepEqual(data.map(({name, here}) => [name, here]), [['fashion-mnist', 0], ['mnist', 0], ['kmnist', 0]]);
	const info = await pipeline(['data', 'info', 'mnist'], {cwd, env});
	t.regex(info.stdout, /60,000 in train, 10,000 in test[\s\S]*sha256 440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609/u);
	const fetched = await pipeline(['data', 'fetch', 'mnist', '--offline', '--data-dir', 'data'], {cwd, env});
	t.is(fetched.exitCode, 66, fetched.stderr);
	t.false(isThere(path.join(cwd, 'data', 'mnist', 'train-images-idx3-ubyte.gz')));
	const verified = await pipeline(['data', 'verify', 'tiny.yaml'], {cwd, env});
	t.is(verified.exitCode, 0, verified.stderr);
	t.regex(verified.stdout, new RegExp(`${sha256Of(await fs.readFile(fixture('tiny/labels.gz')))}  .*labels\\.gz`, 'u'));
	const broken = await pipeline(['data', 'verify', 'tiny.yaml', '--json', '-s', 'x'], {cwd, env});
	t.is(broken.exitCode, 78);
	for (const [args, exitCode] of [[['data', 'fetch'], 64], [['data', 'lss'], 64], [['data', 'info', 'minst'], 78], [['data', 'verify', 'nowhere.yaml'], 66]] as const) {
		const {exitCode: got, stderr} = await pipeline(args, {cwd, env});
		t.is(got, exitCode, stderr);
	}
});

test('data ls and info count a file by its digest, as data sets share their file names', async t => {
	const name = 't10k-labels-idx1-ubyte';
	const cwd = await workspace(t, {[`flat/${name}.gz`]: 'another file', [`flat/mnist/${name}`]: 'unpacked, of a digest that is not known', [`flat/kmnist/${name}.gz/no-file`]: ''});
	const env = {THREADLOOM_CACHE: path.join(cwd, 'cache'), THREADLOOM_DATA: path.join(cwd, 'flat')};
	const ls = await pipeline(['data', 'ls', '--json'], {cwd, env});
	const {data} = JSON.parse(ls.stdout) as {readonly data: ReadonlyArray<{readonly name: string; readonly here: number; readonly others: number}>};
	t.deepEqual(data.map(({name, here, others}) => [name, here, others]), [['fashion-mnist', 0, 1], ['mnist', 1, 0], ['kmnist', 0, 1]]);
	const info = await pipeline(['data', 'info', 'fashion-mnist'], {cwd, env});
	t.regex(info.stdout, /flat\/t10k-labels-idx1-ubyte\.gz, which is another file/u);
	const fetched = await pipeline(['data', 'fetch', 'fashion-mnist', '--offline'], {cwd, env});
	t.is(fetched.exitCode, 66, `stderr: ${fetched.stderr}`);
});
