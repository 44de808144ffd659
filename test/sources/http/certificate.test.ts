import {once} from 'node:events';
import {readFile} from 'node:fs/promises';
import https from 'node:https';
import type {AddressInfo} from 'node:net';
import path from 'node:path';
import test from 'ava';
import {createHttpInput} from '../../../src/sources/http/http-input.ts';
import {collect} from '../../helpers/collect.ts';
import {failsWith, signal} from '../files.ts';
import {testNetwork} from './network.ts';

const fixtures = path.join(import.meta.dirname, '../../../../test/sources/http/fixtures');

test('a certificate that nobody vouches for is refused, whatever the environment says', async t => {
	const [key, cert] = await Promise.all(['key.pem', 'certificate.pem'].map(async name => readFile(path.join(fixtures, name))));
	const server = https.createServer({key, cert}, (_, response) => response.end('file')).listen(0, '127.0.0.1');
	await once(server, 'listening');
	t.teardown(() => server.close());
	process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
	t.teardown(() => {
		delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
	});
	const {network, waits} = await testNetwork(t);
	const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}/file`;
	await failsWith(t, collect(createHttpInput({addresses: [address], network}).bytes({signal: signal()})), 'TLS_REFUSED', {exitCode: 77});
	t.deepEqual(waits, [], 'nor is it tried again');
});
