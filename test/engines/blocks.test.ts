import test from 'ava';
import fc from 'fast-check';
import {blocksOf, blockSize} from '../../src/engines/blocks.ts';

test('blocks cover a range in order, and none is larger than the bound', t => {
	fc.assert(fc.property(fc.nat(100_000), fc.nat(1_000_000), (from, length) => {
		const blocks = blocksOf({from, to: from + length});
		let end = from;
		for (const block of blocks) {
			t.is(block.from, end);
			t.true(block.to > block.from && block.to - block.from <= blockSize);
			end = block.to;
		}

		t.is(end, from + length);
	}));
});

test('two workers have as much to do each, to within a hundredth', t => {
	const blocks = blocksOf({from: 0, to: 101_770});
	const half = blocks.slice(0, blocks.length / 2).reduce((sum, {from, to}) => sum + to - from, 0);
	t.is(blocks.length % 2, 0);
	t.true(Math.abs(half / 101_770 - 0.5) < 0.005);
});
