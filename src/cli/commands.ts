import type {Command} from './command.ts';
import {dataFlags, definitionFlags, progressFlags, resumeFlags, runFlags, smokeFlags, trainingFlags} from './flags.ts';
import {checkpointGroup, configGroup, dataGroup, runsGroup} from './groups.ts';

const runCommand = (usage: string, describe: string, examples: readonly string[], phases: {readonly train: boolean; readonly evaluate: boolean; readonly report: boolean}): Command => ({
	usage,
	describe,
	examples,
	flags: {...definitionFlags, ...dataFlags, ...trainingFlags, ...smokeFlags, ...runFlags, ...progressFlags},
	run: async context => (await import('./commands/run.ts')).run(context, phases),
});

/** Every command, in the order of `help`. */
export const commands: readonly Command[] = [
	runCommand('run <definition>', 'Train, evaluate and report, as the definition says', ['run pipelines/quickstart.yaml', 'run pipelines/fashion-mnist/cnn.yaml --seed 1 --epochs 5'], {train: true, evaluate: true, report: true}),
	runCommand('train <definition>', 'Train only', ['train pipelines/quickstart.yaml', 'train pipelines/quickstart.yaml --max-steps 100'], {train: true, evaluate: false, report: true}),
	{
		usage: 'resume <run>',
		describe: 'Go on with a run that was stopped, exactly where its newest checkpoint stands',
		examples: ['resume runs/latest', 'resume runs/latest --epochs 20'],
		flags: {...dataFlags, ...resumeFlags, ...trainingFlags, ...progressFlags, epochs: definitionFlags['epochs']!, workers: definitionFlags['workers']!, memory: definitionFlags['memory']!},
		run: async context => (await import('./commands/resume.ts')).run(context),
	},
	{
		usage: 'verify-resume <definition>',
		describe: 'Prove that a run that is killed and resumed ends as one that never was',
		examples: ['verify-resume pipelines/quickstart.yaml --kill-at 40', 'verify-resume pipelines/quickstart.yaml --kill-at 9 --out proof'],
		flags: {
			...definitionFlags, ...dataFlags,
			'kill-at': {type: 'number', requiresArg: true, demandOption: true, describe: 'The step after which the run is killed'},
			out: {alias: 'o', type: 'string', requiresArg: true, describe: 'Keep both runs in this folder'},
		},
		run: async context => (await import('./commands/verify-resume.ts')).run(context),
	},
	{
		usage: 'evaluate <run>',
		describe: 'Evaluate the newest checkpoint of a run on its test split',
		examples: ['evaluate runs/latest', 'evaluate runs/latest --json'],
		flags: {...dataFlags, memory: definitionFlags['memory']!, checkpoint: {type: 'string', requiresArg: true, describe: 'Another checkpoint of the run'}},
		run: async context => (await import('./commands/evaluate.ts')).run(context),
	},
	{
		usage: 'predict <run> [images]',
		describe: 'Print class and probability of every image of an IDX file, one JSON line each',
		examples: ['predict runs/latest fixtures/garments/t10k-images-idx3-ubyte.gz', 'predict runs/latest images.idx'],
		flags: {...dataFlags, memory: definitionFlags['memory']!, checkpoint: {type: 'string', requiresArg: true, describe: 'Another checkpoint of the run'}},
		takesStdin: true,
		run: async context => (await import('./commands/predict.ts')).run(context),
	},
	{
		usage: 'validate <definition..>',
		describe: 'Check definitions without reading any data',
		examples: ['validate pipelines/quickstart.yaml', 'validate pipelines/quickstart.yaml pipelines/statistics.yaml'],
		flags: definitionFlags,
		run: async context => (await import('./commands/validate.ts')).run(context),
	},
	{
		usage: 'summary <definition>',
		describe: 'Print the layers with their shapes and parameters',
		examples: ['summary pipelines/fashion-mnist/cnn.yaml', 'summary pipelines/quickstart.yaml --json'],
		flags: {...definitionFlags, ...dataFlags},
		run: async context => (await import('./commands/summary.ts')).run(context),
	},
	{
		usage: 'plan <definition>',
		describe: 'Print shapes, sizes and memory of a run; reads headers only',
		examples: ['plan pipelines/quickstart.yaml', 'plan pipelines/fashion-mnist/cnn.yaml --memory 256MB'],
		flags: {...definitionFlags, ...dataFlags},
		run: async context => (await import('./commands/plan.ts')).run(context),
	},
	configGroup,
	dataGroup,
	runsGroup,
	checkpointGroup,
	{
		usage: 'reproduce <run>',
		describe: 'Train a run again and say whether it is the same, close, or why not',
		examples: ['reproduce runs/latest', 'reproduce runs/latest --json'],
		flags: {...dataFlags, ...progressFlags},
		run: async context => (await import('./commands/reproduce.ts')).run(context),
	},
	{
		usage: 'replay <run>',
		describe: 'Write the report of a run again, from its events',
		examples: ['replay runs/latest', 'replay runs/latest --json'],
		flags: {},
		run: async context => (await import('./commands/replay.ts')).run(context),
	},
	{
		usage: 'engines [action]',
		positionals: {action: {choices: ['ls']}},
		describe: 'Say which engines can be loaded here',
		examples: ['engines ls', 'engines ls --json'],
		flags: {},
		run: async context => (await import('./commands/engines.ts')).run(context),
	},
	{
		usage: 'operators [action]',
		positionals: {action: {choices: ['ls']}},
		describe: 'List the built-in preprocessing operators',
		examples: ['operators ls', 'operators ls --json'],
		flags: {},
		run: async context => (await import('./commands/operators.ts')).run(context),
	},
	{
		usage: 'help [topic]',
		describe: 'Explain a command or a topic: exit-codes',
		examples: ['help run', 'help exit-codes'],
		flags: {},
		run: async context => (await import('./commands/help.ts')).run(context),
	},
];
