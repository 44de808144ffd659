import test from 'ava';
import {digestOfRecords} from '../../src/pool/record-digest.ts';

test('the digest tells every record of the batch and their order, and nothing behind them', t => {
	const digest = digestOfRecords(Float64Array.of(1, 2, 3, 4), 4);
	t.not(digestOfRecords(Float64Array.of(1, 2, 3, 5), 4), digest);
	t.not(digestOfRecords(Float64Array.of(1, 2, 4, 3), 4), digest);
	t.not(digestOfRecords(Float64Array.of(1, 2, 3, 4), 3), digest);
	t.is(digestOfRecords(Float64Array.of(1, 2, 3, 4, 5), 4), digest);
	// Runs of other versions are compared by it.
	t.is(digest, 4_859_724_117_406_053);
});
