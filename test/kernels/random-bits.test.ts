import test from 'ava';
import fc from 'fast-check';
import {bitsInOrder} from '../../src/kernels/random-bits.ts';
import {createRandom} from '../../src/random/generator.ts';

const word = fc.integer({min: 0, max: 0xFF_FF_FF_FF});

for (const isCompiled of [true, false]) {
	test(`bits made ahead are those of the generator, ${isCompiled ? 'by the kernel' : 'by its twin'}`, t => {
		fc.assert(fc.property(word, word, fc.array(fc.integer({min: 0, max: 2 ** 40}), {maxLength: 5}), (k0, k1, starts) => {
			const random = createRandom({k0, k1});
			const bits = bitsInOrder({k0, k1}, {isCompiled});
			for (const start of [0, 4090, 2 ** 32 - 3, ...starts]) {
				for (let counter = start; counter < start + 9; counter++) {
					if (bits(counter) !== random.bits(counter)) {
						return false;
					}
				}
			}

			return true;
		}), {numRuns: 50});
		t.pass();
	});
}
