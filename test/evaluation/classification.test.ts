import test from 'ava';
import {classify, formatClassification} from '../../src/evaluation/classification.ts';

// Worked by hand: 3 classes, 10 examples; nothing is predicted as "c".
const confusion = [[3, 1, 0], [1, 2, 0], [1, 2, 0]];

test('precision, recall, F1 and support follow from the confusion matrix, rows actual', t => {
	const {classes, averages} = classify(confusion, ['a', 'b', 'c']);
	t.deepEqual(classes[0], {name: 'a', precision: 3 / 5, recall: 3 / 4, f1: 6 / 9, support: 4, undefinedFigures: []});
	t.deepEqual(classes[1], {name: 'b', precision: 2 / 5, recall: 2 / 3, f1: 4 / 8, support: 3, undefinedFigures: []});
	t.is(averages.accuracy, 0.5);
	t.is(averages.macro.precision, ((3 / 5) + (2 / 5)) / 3);
	t.true(Math.abs(averages.weighted.recall - 0.5) < 1e-12);
});

test('a class that is never predicted is listed, its precision marked as undefined', t => {
	const {classes} = classify(confusion, ['a', 'b', 'c']);
	t.deepEqual(classes[2], {name: 'c', precision: 0, recall: 0, f1: 0, support: 3, undefinedFigures: ['precision']});
	t.is(classify(confusion, ['a', 'b', 'c'], {zeroDivision: 1}).classes[2]!.precision, 1);
});

test('a class that is neither there nor predicted has no figure that is defined', t => {
	const empty = [[2, 0], [0, 0]];
	t.deepEqual(classify(empty, ['a', 'b']).classes[1], {name: 'b', precision: 0, recall: 0, f1: 0, support: 0, undefinedFigures: ['precision', 'recall', 'f1']});
	t.like(classify(empty, ['a', 'b'], {zeroDivision: 1}).classes[1], {precision: 1, recall: 1, f1: 1});
});

test('the table has the columns and the order of scikit-learn', t => {
	t.is(formatClassification(classify(confusion, ['a', 'b', 'c'])), [
		'              precision    recall  f1-score   support',
		'',
		'           a     0.6000    0.7500    0.6667         4',
		'           b     0.4000    0.6667    0.5000         3',
		'           c     0.0000    0.0000    0.0000         3 *',
		'',
		'    accuracy                         0.5000        10',
		'   macro avg     0.3333    0.4722    0.3889        10',
		'weighted avg     0.3600    0.5000    0.4167        10',
		'',
		'* 0 / 0: nothing was predicted as this class, or nothing is of it',
	].join('\n'));
});
