import test from 'ava';
import {classifyAddress, type Reach} from '../../../src/sources/http/address-policy.ts';
import {openResponse} from '../../../src/sources/http/open-response.ts';
import {failsWith, signal} from '../files.ts';
import {testNetwork} from './network.ts';

const classes: Readonly<Record<Reach, readonly string[]>> = {
	public: ['93.184.216.34', '8.8.8.8', '2606:2800:220:1:248:1893:25c8:1946', '::ffff:8.8.8.8', '64:ff9b::808:808', '2002:808:808::'],
	private: [
		'127.0.0.1',
		'127.255.255.254',
		'10.0.0.1',
		'172.16.0.1',
		'172.31.255.255',
		'192.168.1.1',
		'100.64.0.1',
		'100.127.255.255',
		'::1',
		'fc00::1',
		'fd12::1',
		'::ffff:127.0.0.1',
		'::ffff:10.1.2.3',
		'::7f00:1',
		'64:ff9b::7f00:1',
		'64:ff9b:1::a00:1',
		'2002:7f00:1::',
		'2002:c0a8:101::',
		'::ffff:0:127.0.0.1',
	],
	forbidden: [
		'169.254.169.254',
		'169.254.0.1',
		'fe80::1',
		'fd00:ec2::254',
		'100.100.100.200',
		'168.63.129.16',
		'0.0.0.0',
		'::',
		'255.255.255.255',
		'224.0.0.1',
		'ff02::1',
		'240.0.0.1',
		'192.0.0.192',
		'198.18.0.1',
		'2001:db8::1',
		'::ffff:169.254.169.254',
		'64:ff9b::a9fe:a9fe',
		'2002:a9fe:a9fe::',
		'2001::1',
		'no address',
		'',
	],
};

test('addresses are public, private or forbidden, also inside others', t => {
	for (const [reach, addresses] of Object.entries(classes)) {
		for (const address of addresses) {
			t.is(classifyAddress(address).reach, reach as Reach, `${address}`);
		}
	}
});

const refused = [
	'http://127.0.0.1/',
	'http://2130706433/',
	'http://0x7f000001/',
	'http://0x7f.1/',
	'http://0177.0.0.1/',
	'http://017700000001/',
	'http://127.1/',
	'http://①②⑦.0.0.1/',
	'http://[::1]/',
	'http://[::ffff:127.0.0.1]/',
	'http://[::ffff:7f00:1]/',
	'http://[64:ff9b::127.0.0.1]/',
	'http://[2002:7f00:1::]/',
	'http://10.0.0.8/',
	'http://192.168.0.1/',
	'http://100.64.0.1/',
	'http://169.254.169.254/latest/meta-data',
	'http://2852039166/',
	'http://[fd00:ec2::254]/',
	'http://0/',
	'http://0.0.0.0/',
	'https://[fe80::1]/',
];

test('a literal that is not public is refused before anything is looked up or connected, however it is spelt', async t => {
	for (const address of refused) {
		let lookups = 0;
		const {network} = await testNetwork(t, {allowPrivate: []}, {
			async resolve() {
				lookups++;
				return [];
			},
		});
		await failsWith(t, openResponse(new URL(address), {headers: {}, network, signal: signal()}), 'ADDRESS_REFUSED', {exitCode: 77});
		t.is(lookups, 0, `${address}`);
	}
});

test('a link-local or metadata address is refused even when the definition names it', async t => {
	for (const host of ['169.254.169.254', 'fd00:ec2::254', '[fe80::1]', '0.0.0.0', '100.100.100.200']) {
		const {network} = await testNetwork(t, {allowPrivate: [host]});
		const literal = host.includes(':') ? `[${host.replaceAll(/[[\]]/gu, '')}]` : host;
		await failsWith(t, openResponse(new URL(`http://${literal}/`), {headers: {}, network, signal: signal()}), 'ADDRESS_REFUSED', {exitCode: 77});
	}
});
