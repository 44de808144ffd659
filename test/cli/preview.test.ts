import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {decode} from 'fast-png';
import {createRandom, derive, keyOf} from '../../src/random/generator.ts';
import {
	fixture, isThere, pipeline, tinyDefinition, workspace,
} from './workspace.ts';

interface Document {
	readonly data: {
		readonly shape: readonly number[];
		readonly dtype: string;
		readonly sheet: string;
		readonly after?: unknown;
		readonly images: ReadonlyArray<{readonly record: number; readonly label: number | readonly number[]; readonly caption: string; readonly min: number; readonly max: number}>;
	};
}

const definitionWith = (...operators: readonly string[]): string =>
	tinyDefinition.replace(/ {2}- normalize.*\n/u, operators.map(operator => `  - ${operator}\n`).join(''));

/** The pixels of picture `index` on a sheet of 4 × 4 images, which are enlarged 24 times with 2 pixels between them. */
const pictureOn = async (sheet: string, index: number, perRow: number): Promise<readonly number[]> => {
	const {width, channels, data} = decode(await fs.readFile(sheet));
	const left = 2 + ((index % perRow) * 98);
	const top = 2 + (Math.floor(index / perRow) * 98);
	return Array.from({length: 16}, (_, pixel) => {
		const values = new Set<number>();
		for (let y = 0; y < 24; y++) {
			for (let x = 0; x < 24; x++) {
				values.add(data[(((top + (Math.floor(pixel / 4) * 24) + y) * width) + left + ((pixel % 4) * 24) + x) * channels]!);
			}
		}

		return values.size === 1 ? [...values][0]! : Number.NaN;
	});
};

/** Record i of the tiny images: 200 + i in the row of its class, i at the end of the last row unless that row is the class's. */
const stored = [
	[200, 200, 200, 200, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
	[0, 0, 0, 0, 201, 201, 201, 201, 0, 0, 0, 0, 0, 0, 0, 1],
	[0, 0, 0, 0, 0, 0, 0, 0, 202, 202, 202, 202, 0, 0, 0, 2],
];

test.serial('data preview draws the stored images in characters and on a contact sheet', async t => {
	const cwd = await workspace(t);
	const {exitCode, stdout, stderr} = await pipeline(['data', 'preview', 'tiny.yaml', '--count', '3'], {cwd});
	t.is(exitCode, 0, `stderr: ${stderr}`);
	t.is(stderr, '');
	const sheet = path.join(await fs.realpath(cwd), 'preview.png');
	t.is(stdout, [
		'train, as stored: 3 of 12, 4 × 4 uint8',
		'',
		'----  ----',
		'            ----',
		'#0 a  #1 b  #2 c',
		'',
		`sheet  ${sheet}`,
	].join('\n'));
	t.like(decode(await fs.readFile(sheet)), {width: 198, height: 198, channels: 1, depth: 8});
	t.deepEqual(await Promise.all([0, 1, 2].map(async index => pictureOn(sheet, index, 2))), stored);
	t.deepEqual(await pictureOn(sheet, 3, 2), Array.from({length: 16}, () => 128), 'no fourth image');
});

test.serial('two pixels share a half block where colours and UTF-8 are on', async t => {
	const cwd = await workspace(t);
	const preview = ['data', 'preview', 'tiny.yaml', '--count', '1', '--force', '--color', 'always'];
	const {stdout} = await pipeline(preview, {cwd, env: {LC_ALL: 'C.UTF-8'}});
	const blocks = (upper: number, lower: number): string => `${`\u001B[38;2;${upper};${upper};${upper}m\u001B[48;2;${lower};${lower};${lower}m▀`.repeat(4)}\u001B[0m`;
	t.deepEqual(stdout.split('\n').slice(2, 5), [blocks(200, 0), blocks(0, 0), '#0 a']);
	const plain = await pipeline(preview, {cwd, env: {LC_ALL: 'C'}});
	t.deepEqual(plain.stdout.split('\n').slice(2, 5), ['----', '', '#0 a']);
});

test.serial('--after shows what an operator lets out, by its name or its place', async t => {
	const cwd = await workspace(t, {'more.yaml': definitionWith('normalize: {from: [0, 255], to: [0, 1]}', 'filter: {labels: [1, 2]}', 'one-hot')});
	const after = async (operator: string): Promise<Document['data']> => {
		const {exitCode, stdout, stderr} = await pipeline(['data', 'preview', 'more.yaml', '--count', '2', '--force', '--json', '--after', operator], {cwd});
		t.is(exitCode, 0, `stderr: ${stderr}`);
		return (JSON.parse(stdout) as Document).data;
	};

	const normalized = await after('normalize');
	t.like(normalized, {shape: [4, 4], dtype: 'float32', after: {name: 'normalize', position: 1}});
	t.deepEqual(normalized.images.map(({record, label, caption, min, max}) => ({record, label, caption, min, max: max.toFixed(6)})), [
		{record: 0, label: 0, caption: 'a', min: 0, max: '0.784314'}, {record: 1, label: 1, caption: 'b', min: 0, max: '0.788235'},
	]);
	t.deepEqual(await pictureOn(normalized.sheet, 0, 2), stored[0]!.map(value => (value === 0 ? 0 : 255)), 'drawn from its least to its greatest');
	const encoded = await after('3');
	t.deepEqual(encoded.images.map(({record, label, caption}) => ({record, label, caption})), [{record: 1, label: [0, 1, 0], caption: 'b'}, {record: 2, label: [0, 0, 1], caption: 'c'}]);
	const {stdout} = await pipeline(['data', 'preview', 'more.yaml', '--count', '1', '--force', '--after', 'normalize'], {cwd});
	t.regex(stdout, /^train, after normalize: 1 of 12, 4 × 4 float32\neach image is drawn from its own least value \(black\) to its greatest \(white\)\n\n====\n\n#0 a\n/u);
});

test.serial('a random operator draws for the train split what it draws in the first epoch, and nothing for the test split', async t => {
	const cwd = await workspace(t, {'flip.yaml': definitionWith('random-flip: {mode: horizontal}')});
	const flipsOf = (seed: number): readonly boolean[] => {
		const across = createRandom(derive(keyOf(seed), 'operator', 0, 1)).fork('across');
		return Array.from({length: 12}, (_, record) => across.uniform(record) < 0.5);
	};

	t.notDeepEqual(flipsOf(1).slice(1, 7), flipsOf(2).slice(1, 7));
	for (const [split, seed] of [['train', 1], ['train', 2], ['test', 1]] as const) {
		const flips = flipsOf(seed);
		const sheet = path.join(cwd, `${split}-${seed}.png`);
		const {exitCode, stderr} = await pipeline(['data', 'preview', 'flip.yaml', '--after', 'random-flip', '--split', split, '--out', sheet, '--seed', String(seed)], {cwd});
		t.is(exitCode, 0, `stderr: ${stderr}`);
		for (const record of [1, 2, 3, 4, 5, 6]) {
			const last = (await pictureOn(sheet, record, 4)).slice(12);
			t.deepEqual(last, split === 'train' && flips[record]! ? [record, 0, 0, 0] : [0, 0, 0, record], `${split} ${record}`);
		}
	}
});

test.serial('a preview is of the definition with what is set and of its profile', async t => {
	const cwd = await workspace(t, {
		'profiles.yaml': `${definitionWith('random-flip: {mode: horizontal}')}profiles:\n  still:\n    operators: [{reshape: {shape: [2, 8]}}]\n`,
	});
	const preview = ['data', 'preview', 'profiles.yaml', '--count', '1', '--force'];
	const set = await pipeline([...preview, '--set', 'operators=[{reshape: {shape: [8, 2]}}]', '--after', 'reshape'], {cwd});
	t.regex(set.stdout, /8 × 2/u, `stderr: ${set.stderr}`);
	const still = await pipeline([...preview, '--profile', 'still', '--after', 'reshape'], {cwd});
	t.regex(still.stdout, /2 × 8/u, `stderr: ${still.stderr}`);
});

test.serial('large images are made smaller: no line has more than 80 characters', async t => {
	const cwd = await workspace(t, {'large.yaml': definitionWith('reshape: {shape: [4, 4, 1]}', 'resize: {height: 60, width: 100}')});
	const {exitCode, stdout, stderr} = await pipeline(['data', 'preview', 'large.yaml', '--after', 'resize', '--count', '3'], {cwd});
	t.is(exitCode, 0, `stderr: ${stderr}`);
	const lines = stdout.split('\n').filter(line => !line.startsWith('sheet'));
	t.true(lines.every(line => line.length <= 80));
	t.is(lines.filter(line => /^#\d/u.test(line)).length, 2, 'two beside each other');
	t.like(decode(await fs.readFile(path.join(cwd, 'preview.png'))), {width: 206, height: 126});
});

test.serial('what cannot be shown ends with one clear error and leaves nothing', async t => {
	const cwd = await workspace(t, {
		'flat.yaml': definitionWith('normalize: {from: [0, 255], to: [0, 1]}', 'reshape: {shape: [16]}'),
		'broken.yaml': tinyDefinition.replaceAll(fixture('tiny/images.gz'), fixture('broken/truncated.gz')),
		'here.png': 'precious',
	});
	const cases = [
		[['flat.yaml', '--after', 'reshape'], 64, /USAGE: expected images, .* Received: 16 float32/u],
		[['flat.yaml', '--after', 'normalise'], 64, /FLAG_VALUE: Expected --after .*\(normalize, reshape\).*\nhint: Did you mean "normalize"\?/u],
		[['flat.yaml', '--after', '3'], 64, /FLAG_VALUE/u],
		[['tiny.yaml', '--count', '0'], 64, /FLAG_VALUE: Expected --count/u],
		[['tiny.yaml', '--count', '999999999'], 64, /USAGE: .*--count/u],
		[['tiny.yaml', '--split', 'validation'], 64, /USAGE: there is no validation split in this definition; it has train, test/u],
		[['broken.yaml'], 65, /error: /u],
		[['tiny.yaml', '--out', 'here.png'], 73, /OUTPUT_EXISTS/u],
		[['tiny.yaml', '--out', 'nowhere/x.png'], 73, /OUTPUT_UNWRITABLE/u],
	] as const;
	await Promise.all(cases.map(async ([args, code, message]) => {
		const {exitCode, stdout, stderr} = await pipeline(['data', 'preview', ...args], {cwd});
		t.is(exitCode, code, `${args.join(' ')}: ${stderr}`);
		t.regex(stderr, message);
		t.is(stdout, '');
	}));

	t.false(isThere(path.join(cwd, 'preview.png')));
	t.is(await fs.readFile(path.join(cwd, 'here.png'), 'utf8'), 'precious');
	const {exitCode} = await pipeline(['data', 'preview', 'tiny.yaml', '--out', 'here.png', '--force'], {cwd});
	t.is(exitCode, 0);
	t.is(decode(await fs.readFile(path.join(cwd, 'here.png'))).depth, 8);
});
