import test from 'ava';
import {createHttpInput} from '../../../src/sources/http/http-input.ts';
import {isAddress, showAddress} from '../../../src/sources/http/address.ts';
import {ThreadloomError} from '../../../src/errors/threadloom-error.ts';
import {sourceSchema} from '../../../src/sources/schema.ts';
import {testNetwork} from './network.ts';

test('what is shown of an address holds no secret', t => {
	t.is(showAddress('https://user:hunter2@data.example:8443/a/b.gz?token=secret#part'), 'https://data.example:8443/a/b.gz?…');
	t.is(showAddress('http://'), 'an address that cannot be read');
});

test('a drive letter and a plain name are paths', t => {
	t.deepEqual([String.raw`C:\data\images`, 'images.gz', './a:b', '/data/a:b', 'https://a.example', 'file:///a', 'data:,a'].map(location => isAddress(location)), [false, false, false, false, true, true, true]);
});

test('an address with another scheme, a user name or a password is refused by the schema and by the reader', async t => {
	const {network} = await testNetwork(t);
	for (const address of ['file:///etc/passwd', 'data:text/plain,hello', 'ftp://a.example/file', 'http://user@a.example/', 'https://user:hunter2@a.example/', 'https://:hunter2@a.example/', 'http://']) {
		for (const images of [address, [address], ['https://a.example/file', address]]) {
			t.false(sourceSchema.safeParse({images}).success, `${address}`);
		}

		const error = t.throws(() => createHttpInput({addresses: [address], network}), {instanceOf: ThreadloomError});
		t.deepEqual([error?.code, error?.exitCode], ['ADDRESS_INVALID', 78]);
		t.notRegex(error?.message ?? '', /hunter2/u);
	}
});

test('only addresses have mirrors', t => {
	t.true(sourceSchema.safeParse({images: ['https://a.example/file', 'http://b.example/file'], labels: 'labels.gz'}).success);
	t.false(sourceSchema.safeParse({images: ['images-1.gz', 'images-2.gz']}).success);
	t.false(sourceSchema.safeParse({images: []}).success);
});
