import test from 'ava';
import {ThreadloomError} from '../../../src/errors/threadloom-error.ts';
import type {HttpResponse} from '../../../src/sources/http/open-response.ts';
import {readFacts, strongTag} from '../../../src/sources/http/response-facts.ts';

const answer = (status: number, headers: Readonly<Record<string, string>>): HttpResponse => ({
	address: 'https://data.example/file',
	status,
	headers,
	header: name => headers[name],
	body: {next: async () => ({done: true, value: undefined})},
	close: () => undefined,
});

test('a whole file and a rest say where they start and how long the file is', t => {
	t.deepEqual(readFacts(answer(200, {'content-length': '10', etag: '"a"'}), {offset: 4}), {
		start: 0, length: 10, etag: '"a"', hasEnd: true,
	});
	t.deepEqual(readFacts(answer(206, {'content-length': '6', 'content-range': 'bytes 4-9/10', etag: 'W/"a"'}), {offset: 4}), {
		start: 4, length: 10, etag: undefined, hasEnd: true,
	});
	t.deepEqual(readFacts(answer(206, {'content-range': 'bytes 4-9/*', 'transfer-encoding': 'chunked'}), {offset: 4}), {
		start: 4, length: undefined, etag: undefined, hasEnd: false,
	}, 'a part of a file of unknown length may not be its last');
	t.false(readFacts(answer(200, {}), {offset: 0}).hasEnd);
});

for (const [name, header, headers] of [
	['another start', 'content-range', {'content-range': 'bytes 3-9/10'}],
	['a later start', 'content-range', {'content-range': 'bytes 5-9/10'}],
	['no range', 'content-range', {}],
	['several ranges', 'content-range', {'content-type': 'multipart/byteranges; boundary=x'}],
	['another unit', 'content-range', {'content-range': 'lines 4-9/10'}],
	['no numbers', 'content-range', {'content-range': 'bytes 4-/10'}],
	['another length', 'content-range', {'content-range': 'bytes 4-9/10', 'content-length': '7'}],
	['a length that is none', 'content-length', {'content-range': 'bytes 4-9/10', 'content-length': '-6'}],
	['a length beyond all numbers', 'content-length', {'content-range': 'bytes 4-9/10', 'content-length': '99999999999999999999'}],
] as const) {
	test(`a rest from byte 4 on with ${name} ends with 69 and names ${header}`, t => {
		const error = t.throws(() => readFacts(answer(206, headers), {offset: 4}), {instanceOf: ThreadloomError});
		t.deepEqual([error?.code, error?.exitCode, error?.details['header']], ['HTTP_PROTOCOL', 69, header]);
	});
}

test('only a tag in quotes and nothing else is strong', t => {
	t.deepEqual(['"a"', '""', 'W/"a"', 'a', '"a', '"a", "b"', undefined].map(tag => strongTag(tag)), ['"a"', '""', undefined, undefined, undefined, undefined, undefined]);
});
