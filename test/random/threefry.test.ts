import test from 'ava';
import {threefry2x32} from '../../src/random/threefry.ts';

const hex = (words: readonly number[]): string => words.map(word => word.toString(16).padStart(8, '0')).join(' ');

type Words = readonly [number, number];

const knownAnswer = test.macro<[Words, Words, Words]>({
	exec(t, key, counter, expected) {
		const out = new Uint32Array(2);
		threefry2x32(...key, ...counter, out);
		t.deepEqual([...out], [...expected]);
	},
	title: (_, ...[key, counter]) => `threefry gives Random123's answer for key ${hex(key)}, counter ${hex(counter)}`,
});

test(knownAnswer, [0, 0], [0, 0], [0x6B_20_01_59, 0x99_BA_4E_FE]);
test(knownAnswer, [0xFF_FF_FF_FF, 0xFF_FF_FF_FF], [0xFF_FF_FF_FF, 0xFF_FF_FF_FF], [0x1C_B9_96_FC, 0xBB_00_2B_E7]);
test(knownAnswer, [0x13_19_8A_2E, 0x03_70_73_44], [0x24_3F_6A_88, 0x85_A3_08_D3], [0xC4_92_3A_9C, 0x48_3D_F7_A0]);

test('neighbouring counters differ in about half of their bits', t => {
	const a = new Uint32Array(2);
	const b = new Uint32Array(2);
	let bits = 0;
	const count = 4000;
	for (let counter = 0; counter < count; counter++) {
		threefry2x32(7, 0, counter, 0, a);
		threefry2x32(7, 0, counter + 1, 0, b);
		for (let difference = (a[0]! ^ b[0]!) >>> 0; difference > 0; difference >>>= 1) {
			bits += difference & 1;
		}
	}

	// 32 fair bits a counter: the mean is 16 with a deviation of √8 / √count.
	t.true(Math.abs(bits / count - 16) < 5 * Math.sqrt(8 / count), `mean: ${bits / count}`);
});
