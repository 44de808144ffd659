import test from 'ava';
import {execa} from 'execa';
import fc from 'fast-check';
import {shellWord} from '../../src/runs/shell-word.ts';

test('plain paths stay as they are', t => {
	for (const plain of ['/runs/tiny-20260101-000000', 'größe/läufe', 'a_b@c=d:e,f+g%']) {
		t.is(shellWord(plain), plain);
	}
});

test('a shell reads a word as the path that it was', async t => {
	const texts = fc.sample(fc.string({minLength: 1, unit: fc.constantFrom('a', ' ', '\'', '"', '$', '\\', '\n', '~', '*', ';', '&', 'ü')}), {numRuns: 50, seed: 1});
	const {stdout} = await execa('sh', ['-c', `printf '%s\\0' ${texts.map(text => shellWord(text)).join(' ')}`]);
	t.deepEqual(stdout.split('\0').slice(0, -1), texts);
});
