import test from 'ava';
import {pipeline, tinyDefinition, workspace} from './workspace.ts';

/** A module of an operator that maps each example, without any package. */
const operatorOf = (body: string): string => `
	export default {
		options: {safeParse: data => ({success: true, data})},
		cardinality: 'one',
		output: spec => spec,
		create: (options, {random}) => source => new source.constructor(subscriber => source.subscribe({
			next(example) {
				const features = example.features.slice();
				${body}
				subscriber.next({...example, features});
			},
			error: error => subscriber.error(error),
			complete: () => subscriber.complete(),
		})),
	};
`;

const definition = tinyDefinition.replace('operators:\n', 'operators:\n  - ./steady.js\n  - ./other.js\n');

const verified = test.macro(async (t, body: string, expected: {readonly exitCode: number; readonly stderr?: RegExp}) => {
	const cwd = await workspace(t, {
		'operators.yaml': definition,
		'steady.js': operatorOf('features[0] = Math.floor(256 * random.uniform(example.index));'),
		'other.js': operatorOf(body),
	});
	const {exitCode, stdout, stderr} = await pipeline(['data', 'verify', 'operators.yaml', '--operators'], {cwd});
	t.is(exitCode, expected.exitCode, `stderr: ${stderr}`);
	t.regex(expected.stderr === undefined ? stdout : stderr, expected.stderr ?? /operators, train +\d+ examples twice the same\n +[\da-f]{64}/u);
});

test.serial('operators that draw by seed and record are told to repeat themselves', verified, 'features[1] = 7;', {exitCode: 0});
test.serial('an operator that draws by Math.random is found and named', verified, 'features[1] = 256 * Math.random();', {exitCode: 80, stderr: /OPERATOR_UNSTEADY: The operator "\.\/other\.js"/u});
test.serial('an operator that writes into its input is found and named', verified, 'example.features[1]++;', {exitCode: 80, stderr: /OPERATOR_FAILED: The operator "\.\/other\.js".*wrote into/su});
