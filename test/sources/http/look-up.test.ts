import type {LookupAddress} from 'node:dns';
import test from 'ava';
import {createHttpInput} from '../../../src/sources/http/http-input.ts';
import {collect} from '../../helpers/collect.ts';
import {failsWith, signal} from '../files.ts';
import {testNetwork} from './network.ts';
import {uglyServer, type Behaviour} from './ugly-server.ts';

const content = Uint8Array.from({length: 4000}, (_, index) => index % 251);

const serverFor = async (t: Parameters<typeof uglyServer>[0], behaviour: (request: number) => Behaviour = () => 'serve') => {
	const server = await uglyServer(t, {
		content, other: content, validator: 'strong', behaviour, share: () => 0.5,
	});
	return {...server, named: server.address.replace('127.0.0.1', 'data.example')};
};

const v4 = (...addresses: readonly string[]): readonly LookupAddress[] => addresses.map(address => ({address, family: address.includes(':') ? 6 : 4}));

test('a name is refused for what it resolves to, and no connection is made', async t => {
	const {named, seen} = await serverFor(t);
	for (const addresses of [['127.0.0.1'], ['::ffff:127.0.0.1'], ['93.184.216.34', '127.0.0.1'], ['169.254.169.254'], ['64:ff9b::7f00:1']]) {
		const {network} = await testNetwork(t, {allowPrivate: []}, {resolve: async () => v4(...addresses)});
		await failsWith(t, collect(createHttpInput({addresses: [named], network}).bytes({signal: signal()})), 'ADDRESS_REFUSED', {exitCode: 77, host: 'data.example'});
	}

	t.is(seen.length, 0);
});

test('a name in this network is read when the definition allows it', async t => {
	const {named} = await serverFor(t);
	const {network} = await testNetwork(t, {allowPrivate: ['data.example']}, {resolve: async () => v4('127.0.0.1')});
	t.deepEqual(Buffer.concat(await collect(createHttpInput({addresses: [named], network}).bytes({signal: signal()}))), Buffer.from(content));
});

test('allowing one host allows no other', async t => {
	const {address} = await serverFor(t);
	const {network} = await testNetwork(t, {allowPrivate: ['data.example']});
	await failsWith(t, collect(createHttpInput({addresses: [address], network}).bytes({signal: signal()})), 'ADDRESS_REFUSED', {exitCode: 77});
});

test('a name that changes its answer is checked for every connection, and the connection goes where the check looked', async t => {
	const {named, seen} = await serverFor(t, request => (request === 0 ? 'cut' : 'serve'));
	let lookups = 0;
	const {network} = await testNetwork(t, {allowPrivate: ['data.example']}, {resolve: async () => v4(lookups++ === 0 ? '127.0.0.1' : '169.254.169.254')});
	await failsWith(t, collect(createHttpInput({addresses: [named], network}).bytes({signal: signal()})), 'ADDRESS_REFUSED', {exitCode: 77});
	t.is(lookups, 2, 'one look-up a connection');
	t.is(seen.length, 1);
});

test('a redirect never leads to a private address, allowed or not', async t => {
	const {named, seen} = await serverFor(t);
	const {network} = await testNetwork(t, {allowPrivate: ['data.example', '127.0.0.1']}, {resolve: async () => v4('127.0.0.1')});
	const nock = (await import('nock')).default;
	nock('http://start.example').get('/').reply(302, '', {location: named});
	const error = await t.throwsAsync(collect(createHttpInput({addresses: ['http://start.example/'], network}).bytes({signal: signal()})));
	t.regex(error?.message ?? '', /reached by a redirect/u);
	t.is(seen.length, 0);
	nock.cleanAll();
	nock.restore();
});
