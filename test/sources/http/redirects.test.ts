import test from 'ava';
import nock from 'nock';
import {openResponse} from '../../../src/sources/http/open-response.ts';
import {failsWith, signal} from '../files.ts';
import {testNetwork} from './network.ts';

test.before(() => {
	nock.disableNetConnect();
});
test.beforeEach(() => {
	nock.cleanAll();
});

const open = async (t: Parameters<typeof testNetwork>[0], address: string, headers: Record<string, string> = {}) => {
	const {network} = await testNetwork(t);
	return openResponse(new URL(address), {headers, network, signal: signal()});
};

test.serial('up to five redirects are followed, from http to https too', async t => {
	for (let hop = 0; hop < 5; hop++) {
		nock(`http${hop > 2 ? 's' : ''}://host-${hop}.example`).get('/file').reply([301, 302, 303, 307, 308][hop]!, '', {location: `http${hop >= 2 ? 's' : ''}://host-${hop + 1}.example/file`});
	}

	nock('https://host-5.example').get('/file').reply(200, 'here');
	const response = await open(t, 'http://host-0.example/file');
	t.is(response.status, 200);
	t.is(response.address, 'https://host-5.example/file');
	response.close();
});

test.serial('a sixth redirect and a circle end with 69', async t => {
	for (let hop = 0; hop < 6; hop++) {
		nock('http://many.example').get(`/${hop}`).reply(302, '', {location: `/${hop + 1}`});
	}

	await failsWith(t, open(t, 'http://many.example/0'), 'REDIRECT_LOOP', {exitCode: 69});
	nock('http://circle.example').get('/a').reply(302, '', {location: '/b'}).get('/b').reply(302, '', {location: '/a'});
	await failsWith(t, open(t, 'http://circle.example/a'), 'REDIRECT_LOOP', {exitCode: 69});
});

for (const [name, from, to] of [
	['a file of this machine', 'http://a.example/', 'file:///etc/passwd'],
	['data in the address', 'http://a.example/', 'data:text/plain,hello'],
	['another scheme', 'http://a.example/', 'ftp://b.example/file'],
	['plain http from https', 'https://a.example/', 'http://a.example/'],
	['a user name and password', 'http://a.example/', 'http://user:password@b.example/'],
] as const) {
	test.serial(`a redirect to ${name} is refused`, async t => {
		nock(new URL(from).origin).get('/').reply(302, '', {location: to});
		const work = open(t, from);
		await failsWith(t, work, 'REDIRECT_REFUSED', {exitCode: 77});
		const error = await t.throwsAsync(work);
		t.notRegex(error?.message ?? '', /password@/u);
	});
}

test.serial('a redirect to an address of this machine or of a metadata service is refused', async t => {
	for (const to of ['http://127.0.0.1/', 'http://[::1]/', 'http://169.254.169.254/latest/meta-data/', 'http://0x7f.1/', 'http://[::ffff:10.0.0.1]/']) {
		nock('http://a.example').get('/').reply(302, '', {location: to});
		await failsWith(t, open(t, 'http://a.example/'), 'ADDRESS_REFUSED', {exitCode: 77});
	}
});

test.serial('a redirect without an address ends with 69 and names the header', async t => {
	for (const headers of [{}, {location: 'http://'}]) {
		nock('http://a.example').get('/').reply(302, '', headers);
		await failsWith(t, open(t, 'http://a.example/'), 'HTTP_PROTOCOL', {exitCode: 69, header: 'location'});
	}
});

test.serial('identity encoding is asked for, and no hop is sent anything secret', async t => {
	const sent: Array<Record<string, unknown>> = [];
	const note = function (this: {readonly req: {readonly headers: Record<string, unknown>}}): string {
		sent.push(this.req.headers);
		return '';
	};

	nock('http://a.example').get('/').reply(302, note, {location: 'http://b.example/', 'set-cookie': 'session=1'});
	nock('http://b.example').get('/').reply(200, note);
	const response = await open(t, 'http://a.example/');
	response.close();
	t.is(sent.length, 2);
	for (const headers of sent) {
		t.is(headers['accept-encoding'], 'identity');
		t.deepEqual(['authorization', 'cookie', 'referer'].filter(name => name in headers), []);
	}
});
