import test from 'ava';
import {checkClasses} from '../../src/sources/same-classes.ts';

test('sources of one name are told apart', t => {
	const first = {name: 'mine', classes: ['a', 'b']};
	t.throws(() => {
		checkClasses(first, {name: 'mine', classes: ['a', 'c']});
	}, {code: 'CLASSES_DIFFER', message: /the first mine and the other mine differ.*only the first mine has b; only the other mine has c/u});
	t.throws(() => {
		checkClasses(first, {name: 'theirs', classes: ['b', 'a']});
	}, {code: 'CLASSES_DIFFER', message: /of mine and theirs differ/u});
	t.notThrows(() => {
		checkClasses(first, {name: 'mine', classes: ['a', 'b']});
		checkClasses(first, {name: 'theirs', classes: undefined});
	});
});
