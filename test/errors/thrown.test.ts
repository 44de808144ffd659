import test from 'ava';
import {messageOf} from '../../src/errors/thrown.ts';
import {asThreadloomError} from '../../src/errors/wire.ts';

const says = test.macro({
	title: (name, thrown: unknown, reason: string) => name ?? `what is said by ${String(thrown)} is "${reason}"`,
	exec(t, thrown: unknown, reason: string) {
		t.is(messageOf(thrown), reason);
	},
});

test('several lines become one', says, new Error('Cannot find module\n  Require stack:\n- /a.ts\n'), 'Cannot find module Require stack: - /a.ts');
test('an error without a message has its name', says, new RangeError('\n'), 'RangeError');
test('a text is told as it is', says, 'no luck', 'no luck');
test(says, undefined, 'it threw undefined');
test(says, 3, 'it threw 3');
test(says, 5n, 'it threw 5');
test(says, Symbol('mine'), 'it threw Symbol(mine)');
test('a text without words', says, ' \n', String.raw`it threw " \n"`);
test('a function', says, () => {
	// Of several lines.
}, 'it threw a function');
test('a message that is no text', says, Object.assign(new Error('a'), {message: 3}), '3');
test('an object that is no error', says, Object.create(null), 'it threw an object that is no error');

test('a defect is told in one line', t => {
	t.is(asThreadloomError(new Error('a\nb')).message, 'Something failed that should not: a b');
});
