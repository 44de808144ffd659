import test from 'ava';
import {createError} from '../../src/errors/threadloom-error.ts';

test('what an error says of a file stays on its line, and no terminal obeys it', t => {
	const path = 'a\nb\u001B[31m.gz';
	const {message, details} = createError('FILE_NOT_FOUND', {path});
	t.is(message, String.raw`There is no such file (file a\nb\u001b[31m.gz)`);
	t.is(details['path'], path, 'the facts are as they were');
});

test('of several faults each has one line', t => {
	const {message} = createError('DEFINITION_INVALID', {problems: ['a\nb.yaml:1:1: data: it is missing', 'ü 日本 😀: it stays'], items: []});
	t.is(message, 'The definition has 2 faults\n  a\\nb.yaml:1:1: data: it is missing\n  ü 日本 😀: it stays');
});
