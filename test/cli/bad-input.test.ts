import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {fixture, isThere, operatorModule, pipeline, reportOf, tinyDefinition, workspace} from './workspace.ts';

/** One way to call the program wrongly. */
interface Case {
	/** Arguments before `--json`. @default run tiny.yaml --out out */
	readonly args?: readonly string[];
	/** Arguments after them. */
	readonly more?: readonly string[];
	readonly files?: Readonly<Record<string, string>>;
	readonly code: string;
	readonly exit: number;
	/** What the message or the hint names: the place, the value, the remedy. */
	readonly says: readonly string[];
	/** Whether the run had begun, so that its report tells of the failure; otherwise nothing may have been made. */
	readonly hasRun?: boolean;
}

const images = (file: string): readonly string[] => ['-s', `data.train.images=${file}`];
const labels = (file: string): readonly string[] => ['-s', `data.train.labels=${file}`];

const refused = test.macro(async (t, {args = ['run', 'tiny.yaml', '--out', 'out'], more = [], files = {}, code, exit, says, hasRun = false}: Case) => {
	const cwd = await workspace(t, files);
	const before = await fs.readdir(cwd);
	const {exitCode, stdout, stderr} = await pipeline([...args, ...more, '--json'], {cwd});

	t.is(exitCode, exit, `stderr: ${stderr}`);
	t.regex(stderr, new RegExp(`^error: ${code}: `, 'mu'));
	for (const text of says) {
		t.true(stderr.includes(text), `"${text}" is not in: ${stderr}`);
	}

	t.notRegex(stderr, /^\s+at /mu, 'no stack trace');
	t.is(stdout.split('\n').length, 1, 'one document on stdout');
	const {ok, data, error} = JSON.parse(stdout) as {ok: boolean; data: unknown; error: {code: string; exitCode: number; message: string}};
	t.deepEqual({ok, data, code: error.code, exitCode: error.exitCode}, {ok: false, data: null, code, exitCode: exit});
	t.true(stderr.includes(error.message));

	if (hasRun) {
		const report = await reportOf(path.join(cwd, 'out'));
		t.is(report['status'], 'failed');
		t.is((report['error'] as {code: string}).code, code);
		t.false(isThere(path.join(cwd, 'out', 'checkpoints')), 'no checkpoint of a run that failed in its first epoch');
	} else {
		t.deepEqual(await fs.readdir(cwd), before, 'nothing was made');
	}
});

const badData: ReadonlyArray<readonly [title: string, given: Case]> = [
	['an image file that is not there', {more: images('nowhere.gz'), code: 'FILE_NOT_FOUND', exit: 66, says: ['nowhere.gz']}],
	['a folder in place of a file', {more: images('.'), code: 'NOT_A_FILE', exit: 65, says: ['directory', 'regular file', '{folder: FOLDER}']}],
	['an error page in place of gzip', {more: images(fixture('broken/html-page.gz')), code: 'NOT_GZIP', exit: 65, says: ['html-page.gz', '<!DOCTYPE html>']}],
	['truncated gzip', {more: images(fixture('broken/truncated.gz')), code: 'GZIP_TRUNCATED', exit: 65, says: ['truncated.gz', 'byte 100']}],
	['gzip with a wrong checksum', {more: images(fixture('broken/wrong-checksum.gz')), code: 'GZIP_CORRUPT', exit: 65, says: ['wrong-checksum.gz', 'data check']}],
	['gzip inside gzip', {more: images(fixture('broken/nested.gz')), code: 'GZIP_NESTED', exit: 65, says: ['nested.gz']}],
	['an empty file', {more: images(fixture('broken/empty.gz')), code: 'EMPTY', exit: 65, says: ['empty.gz']}],
	['a wrong magic number', {more: images(fixture('broken/wrong-magic.gz')), code: 'IDX_MAGIC', exit: 65, says: ['wrong-magic.gz', 'byte 0', '0x01']}],
	['a header that is cut short', {more: images(fixture('broken/header-cut.gz')), code: 'IDX_TRUNCATED', exit: 65, says: ['header-cut.gz', 'expected 16 bytes, got 10']}],
	['a dimension of zero', {more: images(fixture('broken/zero-dimension.gz')), code: 'IDX_DIMENSION', exit: 65, says: ['zero-dimension.gz', 'dimension 1 is 0']}],
	['bytes after the last record', {more: images(fixture('broken/trailing-bytes.gz')), code: 'IDX_TRAILING', exit: 65, says: ['trailing-bytes.gz', 'byte 208']}],
	['fewer labels than images', {more: labels(fixture('broken/labels-one-short.gz')), code: 'LENGTHS_DIFFER', exit: 65, says: ['12 images', '11 labels', 'labels-one-short.gz']}],
	['a label that no class has', {more: labels(fixture('broken/labels-out-of-range.gz')), code: 'LABEL_RANGE', exit: 65, says: ['labels-out-of-range.gz', 'record 7', 'Received: 10']}],
	['a label that no output stands for, where no classes are named', {
		more: [...labels(fixture('broken/labels-out-of-range.gz')), '--unset', 'data.train.classes', '--unset', 'data.test.classes'],
		code: 'LABEL_BEYOND', exit: 65, says: ['labels-out-of-range.gz', 'record 7', 'byte 15', 'Received: 10', '0 to 2'],
	}],
];

for (const [title, given] of badData) {
	test.serial(`${title} ends with ${given.exit} and names the place`, refused, {...given, hasRun: true});
}

test.serial('bytes after the last record are a warning with their number, on request', async t => {
	const cwd = await workspace(t);
	const {exitCode, stderr} = await pipeline(['run', 'tiny.yaml', '--out', 'out', '--allow-trailing', ...images(fixture('broken/trailing-bytes.gz'))], {cwd});
	t.is(exitCode, 0, `stderr: ${stderr}`);
	t.is(stderr.match(/warning: \d+ bytes? after the last record of \S*trailing-bytes\.gz/gu)?.length, 1, `stderr: ${stderr}`);
});

const relu = {dense: {units: 8, activation: 'relu'}};

test.serial('what a run warns of stands in the document of --json, whether it ends well or not', async t => {
	const cwd = await workspace(t);
	const more = ['--json', '--allow-trailing', ...images(fixture('broken/trailing-bytes.gz'))];
	for (const [args, exit] of [
		[['run', 'tiny.yaml', '--out', 'out', '--max-steps', '4'], 0],
		[['run', 'tiny.yaml', '--out', 'fails', '-s', 'training.optimizer.sgd.learningRate=1e30', '-s', `model.layers=${JSON.stringify(['flatten', relu, relu, {dense: {units: 3, activation: 'softmax'}}])}`], 79],
	] as const) {
		const {exitCode, stdout, stderr} = await pipeline([...args, ...more], {cwd});
		t.is(exitCode, exit, `stderr: ${stderr}`);
		const {warnings} = JSON.parse(stdout) as {readonly warnings: readonly string[]};
		t.regex(warnings.join('\n'), /bytes? after the last record of/u);
		t.deepEqual(warnings.map(warning => `warning: ${warning}`), stderr.split('\n').filter(line => line.startsWith('warning: ')));
	}

	const {exitCode, stdout, stderr} = await pipeline(['resume', 'out', '--json'], {cwd});
	t.is(exitCode, 0, `stderr: ${stderr}`);
	t.regex((JSON.parse(stdout) as {readonly warnings: readonly string[]}).warnings.join('\n'), /bytes? after the last record of/u);
});

const badRuns: ReadonlyArray<readonly [title: string, given: Case]> = [
	['a layer that does not fit its input, with its line', {
		files: {'tiny.yaml': tinyDefinition.replace('    - flatten\n', '    - flatten\n    - conv2d: {filters: 2, kernelSize: 3}\n')}, code: 'MODEL_SHAPE', exit: 78, says: ['"conv2d"', '/tiny.yaml:12:7)'],
	}],
	['a last layer that tells more classes apart than there are, with its line', {
		files: {'tiny.yaml': tinyDefinition.replace('units: 3', 'units: 4')}, code: 'MODEL_CLASSES', exit: 78, says: ['"dense"', '/tiny.yaml:12:7)', 'Give the last layer 3 units'],
	}],
	['a loss that does not fit the labels, with its line', {
		files: {'tiny.yaml': tinyDefinition.replace('sparseCategoricalCrossentropy', 'categoricalCrossentropy')}, code: 'MODEL_LOSS', exit: 78, says: ['one-hot', '/tiny.yaml:15:9)'],
	}],
	['a network that does not end in a vector, with the line of its last layer', {
		files: {'tiny.yaml': tinyDefinition.replace('    - flatten\n', '').replace('dense: {units: 3, activation: softmax}', 'reshape: {targetShape: [8, 2]}')}, code: 'MODEL_LOSS', exit: 78, says: ['"reshape" gives 8 × 2', '/tiny.yaml:11:7)'],
	}],
	['a layer that does not fit its input', {
		more: ['-s', 'model.layers=["flatten",{"conv2d":{"filters":2,"kernelSize":3,"name":"edges"}},{"dense":{"units":3,"activation":"softmax"}}]'],
		code: 'MODEL_SHAPE', exit: 78, says: ['"edges"', 'height × width × channels', '16'],
	}],
	['a file of labels in the place of the images, and the other way round', {
		more: [...images(fixture('tiny/labels.gz')), ...labels(fixture('tiny/images.gz')), '--unset', 'data.test'],
		code: 'MODEL_LOSS', exit: 78, says: ['The images and the labels of data.train look swapped: each image is one number and each label 4 × 4.'],
	}],
	['another number of outputs than of classes', {
		more: ['-s', 'model.layers=["flatten",{"dense":{"units":2,"activation":"softmax"}}]'], code: 'MODEL_CLASSES', exit: 78, says: ['"dense"', '2 classes', 'has 3'],
	}],
	['a model that no machine holds', {
		more: ['-s', 'model.layers=["flatten",{"dense":{"units":100000000000}},{"dense":{"units":3,"activation":"softmax"}}]'], code: 'MODEL_TOO_LARGE', exit: 78, says: ['parameters', 'GiB'],
	}],
	['a learning rate of 1e30', {
		more: ['-s', 'training.optimizer.sgd.learningRate=1e30', '-s', `model.layers=${JSON.stringify(['flatten', relu, relu, {dense: {units: 3, activation: 'softmax'}}])}`],
		code: 'DIVERGED', exit: 79, says: ['epoch 1, step 2', 'last finite loss 0.8'],
	}],
	['an operator that throws', {
		more: ['-s', 'operators=["./throws.js"]'], files: {'throws.js': operatorModule('if (example.index === 5) { throw new Error("no fives"); } return example;')},
		code: 'OPERATOR_FAILED', exit: 80, says: ['./throws.js', 'no fives', 'record 5'],
	}],
	['wrong options of an operator of one\'s own', {
		files: {
			'tiny.yaml': tinyDefinition.replace('batches:', '  - ./own.js: {amuont: 2, size: {width: -1}}\nbatches:'),
			'own.js': operatorModule('return example;').replace('z.object({})', 'z.strictObject({amount: z.number().default(1), size: z.object({width: z.number().min(0)})})'),
		},
		code: 'DEFINITION_INVALID', exit: 78,
		says: ['tiny.yaml:8:16: operators[1]["./own.js"].amuont: there is no such key (did you mean "amount"?)', 'tiny.yaml:8:41: operators[1]["./own.js"].size.width: ', 'expected a number of at least 0, received -1'],
	}],
	['wrong options of an event sink', {
		files: {'tiny.yaml': tinyDefinition.replace('sinks: [console, metrics, report]', 'sinks: [console, ./tell.js: {colour: red}, report]'), 'tell.js': [
			`import {z} from '${import.meta.resolve('zod')}';`,
			'export default {kind: \'events\', options: z.strictObject({}), create: async () => ({event() {}, async close() {}})};',
		].join('\n')},
		code: 'DEFINITION_INVALID', exit: 78, says: ['tiny.yaml:20:30: sinks[1]["./tell.js"].colour: there is no such key'],
	}],
	['wrong options of a record sink', {
		files: {'tiny.yaml': `${tinyDefinition.slice(0, tinyDefinition.indexOf('batches:'))}sinks:\n  - console\n  - ./count.js: {evry: 2}\n`, 'count.js': [
			`import {z} from '${import.meta.resolve('zod')}';`,
			'export default {kind: \'records\', options: z.strictObject({every: z.number().optional()}), create: async () => ({write() {}, finish: async () => 1})};',
		].join('\n')},
		code: 'DEFINITION_INVALID', exit: 78, says: ['tiny.yaml:10:18: sinks[1]["./count.js"].evry: there is no such key (did you mean "every"?)'],
	}],
	['wrong options of a source of one\'s own, inside shards', {
		files: {
			'tiny.yaml': tinyDefinition.replace(/^ {2}test:.*$/mu, '  test:\n    shards:\n      - {source: ./own.js, options: {count: 3}}\n      - {source: ./own.js, options: {cuont: 2, count: -1}}'),
			'own.js': `import {z} from '${import.meta.resolve('zod')}';\nexport default {options: z.strictObject({count: z.number().min(0)}), create: ({count}) => ({id: 'own', describe() {}, chunks() {}, digests() {}})};\n`,
		},
		code: 'DEFINITION_INVALID', exit: 78,
		says: ['tiny.yaml:8:38: data.test.shards[1].options.cuont: there is no such key (did you mean "count"?)', 'tiny.yaml:8:55: data.test.shards[1].options.count: ', 'expected a number of at least 0, received -1'],
	}],
	['a source whose create() answers something else', {
		files: {'own.js': `import {z} from '${import.meta.resolve('zod')}';\nexport default {options: z.strictObject({}), create: () => ({id: 'own'})};\n`},
		more: ['-s', 'data.train={source: ./own.js}'], code: 'SOURCE_MODULE', exit: 78, says: ['./own.js', 'create answers {id, describe, chunks, digests}'],
	}],
	['an operator outside the folder of the definition', {
		args: ['run', 'inner/tiny.yaml', '--out', 'out'], more: ['-s', 'operators=["../outside.js"]'],
		files: {'outside.js': operatorModule('return example;'), 'inner/tiny.yaml': tinyDefinition},
		code: 'OPERATOR_REFUSED', exit: 77, says: ['../outside.js', 'outside the folder', '--allow-operators'],
	}],
	['an operator at an address', {
		more: ['-s', 'operators=["https://example.com/operator.js"]'], code: 'OPERATOR_REFUSED', exit: 77, says: ['https://example.com/operator.js'],
	}],
	['an operator that Node takes for CommonJS', {
		more: ['-s', 'operators=["./imports.js"]'], files: {'package.json': '{"type": "commonjs"}', 'imports.js': 'import "rxjs";\nexport default 1;\n'},
		code: 'OPERATOR_MODULE', exit: 78, says: ['./imports.js', '.mjs', '"type": "module"'],
	}],
];

for (const [title, given] of badRuns) {
	test.serial(`${title} ends with ${given.exit}`, refused, {...given, hasRun: true});
}

const misuse: ReadonlyArray<readonly [title: string, given: Case]> = [
	['a definition that is not there', {args: ['run', 'nowhere.yaml', '--out', 'out'], code: 'FILE_NOT_FOUND', exit: 66, says: ['nowhere.yaml']}],
	['a misspelt key', {
		files: {'tiny.yaml': tinyDefinition.replace('  epochs: 10', '  epoch: 10')}, code: 'DEFINITION_INVALID', exit: 78, says: ['tiny.yaml:16:3: training.epoch', 'did you mean "epochs"?'],
	}],
	['a misspelt option of a layer', {
		files: {'tiny.yaml': tinyDefinition.replace('activation: softmax', 'activaton: softmax')}, code: 'DEFINITION_INVALID', exit: 78,
		says: ['tiny.yaml:12:25: model.layers[1].dense.activaton', 'did you mean "activation"?'],
	}],
	['an option of a sink that takes none', {
		files: {'tiny.yaml': tinyDefinition.replace('sinks: [console, metrics,', 'sinks: [console, metrics: {colour: red},')}, code: 'DEFINITION_INVALID', exit: 78,
		says: ['tiny.yaml:20:28: sinks[1].metrics.colour: there is no such key'],
	}],
	['a list of several faults', {
		files: {'tiny.yaml': tinyDefinition.replace('  epochs: 10', '  epochs: 0').replace('size: 4', 'size: -1')}, code: 'DEFINITION_INVALID', exit: 78,
		says: ['2 faults', 'training.epochs', 'batches.size', 'tiny.yaml:8:'],
	}],
	['text that is no YAML', {files: {'tiny.yaml': 'version: 1\ndata: [a\n'}, code: 'DEFINITION_SYNTAX', exit: 78, says: ['tiny.yaml:']}],
	['an unknown command', {args: ['rum', 'tiny.yaml'], code: 'COMMAND_UNKNOWN', exit: 64, says: ['"rum"', 'Did you mean "run"?']}],
	['an unknown flag', {more: ['--wrokers', '2'], code: 'FLAG_UNKNOWN', exit: 64, says: ['"wrokers"', '--workers']}],
	['a value that a flag does not take', {more: ['--engine', 'onix'], code: 'FLAG_VALUE', exit: 64, says: ['--engine', 'onix', 'Did you mean "onnx"?']}],
	['a command without its definition', {args: ['run'], code: 'USAGE', exit: 64, says: ['run <definition>']}],
	['a duration that is none', {more: ['--max-time', 'soon'], code: 'FLAG_VALUE', exit: 64, says: ['--max-time', 'soon', '10m']}],
	['a flag without its value', {args: ['run', 'tiny.yaml'], more: ['--out'], code: 'USAGE', exit: 64, says: ['out']}],
	['--set without a value', {more: ['-s', 'training.epochs'], code: 'OVERRIDE_INVALID', exit: 78, says: ['--set', 'training.epochs']}],
	['--set of a key that is not there', {more: ['-s', 'trainin.epochs=3'], code: 'DEFINITION_INVALID', exit: 78, says: ['--set: trainin', 'did you mean "training"?']}],
	['--set of a wrong type', {more: ['-s', 'training.epochs=many'], code: 'DEFINITION_INVALID', exit: 78, says: ['--set: training.epochs', 'number']}],
	['--set of a prototype', {more: ['-s', '__proto__.polluted=1'], code: 'OVERRIDE_INVALID', exit: 78, says: ['__proto__']}],
	['a profile that is not there', {more: ['--profile', 'fast'], code: 'PROFILE_UNKNOWN', exit: 78, says: ['"fast"', 'tiny.yaml']}],
	['an output that is a file', {more: ['--out', 'tiny.yaml'], args: ['run', 'tiny.yaml'], code: 'OUTPUT_UNWRITABLE', exit: 73, says: ['tiny.yaml', '--out']}],
	...(process.platform === 'linux' ? [['an output where no folder can be made', {args: ['run', 'tiny.yaml', '--out', '/proc/threadloom/run'], code: 'OUTPUT_UNWRITABLE', exit: 73, says: ['/proc/threadloom']}] as const] : []),
	['an output that holds a run', {files: {'out/metrics.csv': 'kept\n'}, code: 'OUTPUT_EXISTS', exit: 73, says: ['out', '--force']}],
	['a folder that is no run', {args: ['evaluate', 'nowhere'], code: 'RUN_UNREADABLE', exit: 66, says: ['nowhere']}],
];

for (const [title, given] of misuse) {
	test.serial(`${title} ends with ${given.exit} before anything is made`, refused, given);
}

test.serial('a model whose buffers are refused has drawn no parameters before', async t => {
	const large = tinyDefinition.replace('    - dense:', '    - dense: {units: 15000000}\n    - dense:').replace('shards: 1', 'shards: 256\n  precision: float64').replace('size: 4', 'size: 256');
	const cwd = await workspace(t, {'large.yaml': large, 'peak.mjs': 'process.on("exit", () => process._rawDebug("peak", process.resourceUsage().maxRSS, "KiB"));\n'});
	const {exitCode, stderr} = await pipeline(['run', 'large.yaml', '--out', 'out'], {cwd, env: {NODE_OPTIONS: '--import=./peak.mjs'}});
	t.is(exitCode, 78, `stderr: ${stderr}`);
	t.regex(stderr, /^error: MODEL_TOO_LARGE: /mu);
	const peaks = [...stderr.matchAll(/^peak (?<peak>\d+) KiB$/gmu)].map(({groups}) => Number(groups!['peak']));
	t.true(peaks.length > 0 && Math.max(...peaks) < 2 ** 20, `the parameters would take 2.2 GiB: ${peaks.join(', ')} KiB`);
});
