import test from 'ava';
import fc from 'fast-check';
import {fillUniform} from '../../src/kernels/random-uniform.ts';
import {createRandom} from '../../src/random/generator.ts';

const word = fc.integer({min: 0, max: 0xFF_FF_FF_FF});

for (const isCompiled of [true, false]) {
	test(`uniform numbers are made of the generator's bits, ${isCompiled ? 'by the kernel' : 'by its twin'}`, t => {
		fc.assert(fc.property(word, word, fc.double({min: 1e-6, max: 10, noNaN: true}), fc.constantFrom(0, 1, 7, 4096, 8195), (k0, k1, limit, length) => {
			const random = createRandom({k0, k1});
			const out = new Float32Array(length);
			fillUniform({k0, k1}, limit, out, {isCompiled});
			return out.every((value, index) => value === Math.fround((2 * (random.bits(index) / 2 ** 32) - 1) * limit));
		}), {numRuns: 50});
		t.pass();
	});
}

test('float64 has more of the bits', t => {
	const [double, single] = [new Float64Array(10), new Float32Array(10)];
	fillUniform({k0: 1, k1: 2}, 0.3, double);
	fillUniform({k0: 1, k1: 2}, 0.3, single);
	t.deepEqual(Float32Array.from(double), single);
	t.notDeepEqual([...double], [...single]);
});
