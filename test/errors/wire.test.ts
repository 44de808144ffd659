import test from 'ava';
import {createError} from '../../src/errors/threadloom-error.ts';
import {asThreadloomError, fromWire, toWire} from '../../src/errors/wire.ts';

test('a system that opens no more files is told as that, whatever was made of it, on the way between threads too', t => {
	for (const code of ['EMFILE', 'ENFILE']) {
		const refusal = Object.assign(new Error(`${code}: too many open files, open 'a'`), {code});
		for (const thrown of [refusal, createError('FILE_UNREADABLE', {path: 'a', reason: refusal.message}, {cause: refusal}), new Error('no module', {cause: refusal})]) {
			for (const error of [asThreadloomError(thrown), fromWire(toWire(thrown))]) {
				t.is(error.code, 'FILES_REFUSED');
				t.is(error.exitCode, 75);
				t.true(error.message.endsWith(`: ${refusal.message}`));
			}
		}
	}

	t.is(asThreadloomError(new Error('other', {cause: Object.assign(new Error('no'), {code: 'EACCES'})})).code, 'INTERNAL');
});
