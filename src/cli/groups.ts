import type {CommandGroup} from './command.ts';
import {catalogueFlags, compareFlags, dataFlags, definitionFlags, originFlags, previewFlags, streamFlags, verifyFlags} from './flags.ts';

const dataset = {name: {type: 'string', describe: 'A data set of the catalogue'}} as const;
const readable = {name: {type: 'string', describe: 'A definition, or a data set of the catalogue'}} as const;
// The parser would show an empty list as the default of what has to be named.
const directories = {directories: {type: 'string', default: undefined, describe: 'Run directories'}} as const;
const checkpoints = {files: {type: 'string', default: undefined, describe: 'Checkpoints, or run directories'}} as const;

export const configGroup: CommandGroup = {
	usage: 'config <action>',
	describe: 'Print a definition with every default (show), or the JSON Schema (schema)',
	examples: ['config show pipelines/quickstart.yaml --origin', 'config schema'],
	actions: [
		{
			usage: 'config show <definition>',
			describe: 'Print a definition with every default filled in',
			examples: ['config show pipelines/quickstart.yaml', 'config show pipelines/quickstart.yaml --origin'],
			flags: {...definitionFlags, ...originFlags},
			run: async context => (await import('./commands/config.ts')).show(context),
		},
		{
			usage: 'config schema',
			describe: 'Print the JSON Schema of definitions',
			examples: ['config schema > definition.schema.json'],
			flags: {},
			run: async context => (await import('./commands/config.ts')).schema(context),
		},
	],
};

export const dataGroup: CommandGroup = {
	usage: 'data <action>',
	describe: 'List, describe, fetch, verify or look at data sets',
	examples: ['data fetch fashion-mnist --data-dir data', 'data verify pipelines/quickstart.yaml', 'data preview pipelines/quickstart.yaml --after normalize'],
	actions: [
		{
			usage: 'data ls',
			describe: 'List the data sets of the catalogue, and which are here',
			examples: ['data ls', 'data ls --data-dir data'],
			flags: catalogueFlags,
			run: async context => (await import('./commands/data/ls.ts')).run(context),
		},
		{
			usage: 'data info <name>',
			describe: 'Describe a data set of the catalogue and its files',
			examples: ['data info fashion-mnist', 'data info fashion-mnist --json'],
			positionals: dataset,
			flags: catalogueFlags,
			run: async context => (await import('./commands/data/info.ts')).run(context),
		},
		{
			usage: 'data fetch <name>',
			describe: 'Fetch a data set into the data folder, or into the cache',
			examples: ['data fetch fashion-mnist', 'data fetch fashion-mnist --data-dir data'],
			positionals: dataset,
			flags: catalogueFlags,
			run: async context => (await import('./commands/data/fetch.ts')).run(context),
		},
		{
			usage: 'data verify <name>',
			describe: 'Read all data once and check every byte, and operators on request',
			examples: ['data verify fashion-mnist', 'data verify pipelines/quickstart.yaml --operators'],
			positionals: readable,
			flags: {...streamFlags, ...dataFlags, ...verifyFlags},
			run: async context => (await import('./commands/data/verify.ts')).run(context),
		},
		{
			usage: 'data preview <name>',
			describe: 'Draw the first images of a split, in the terminal and as a contact sheet',
			examples: ['data preview fashion-mnist --split test', 'data preview pipelines/quickstart.yaml --after normalize'],
			positionals: readable,
			flags: {...streamFlags, ...dataFlags, ...previewFlags},
			run: async context => (await import('./commands/data/preview.ts')).run(context),
		},
	],
};

export const runsGroup: CommandGroup = {
	usage: 'runs <action>',
	describe: 'List runs, show, compare, stop or remove them',
	examples: ['runs ls', 'runs compare runs/a runs/b --out comparison'],
	actions: [
		{
			usage: 'runs ls [folder]',
			describe: 'List the runs in a folder, the newest first',
			examples: ['runs ls', 'runs ls elsewhere/runs --json'],
			positionals: {folder: {type: 'string', default: 'runs', describe: 'Folder of run directories'}},
			flags: {},
			run: async context => (await import('./commands/runs.ts')).ls(context),
		},
		{
			usage: 'runs show <directories..>',
			describe: 'Say how runs ended, or that they run',
			examples: ['runs show runs/latest', 'runs show runs/a runs/b --json'],
			positionals: directories,
			flags: {},
			run: async context => (await import('./commands/runs.ts')).show(context),
		},
		{
			usage: 'runs compare <directories..>',
			describe: 'Print a table of several runs, and lay their curves on one plot a metric',
			examples: ['runs compare runs/a runs/b', 'runs compare runs/a runs/b --out comparison --force'],
			positionals: directories,
			flags: compareFlags,
			run: async context => (await import('./commands/runs.ts')).compare(context),
		},
		{
			usage: 'runs stop <directories..>',
			describe: 'Ask runs to end after their step, with a checkpoint',
			examples: ['runs stop runs/latest'],
			positionals: directories,
			flags: {},
			run: async context => (await import('./commands/runs.ts')).stop(context),
		},
		{
			usage: 'runs rm <directories..>',
			describe: 'Remove what runs left, and nothing else',
			examples: ['runs rm runs/a', 'runs rm runs/a runs/b'],
			positionals: directories,
			flags: {},
			run: async context => (await import('./commands/runs.ts')).rm(context),
		},
	],
};

export const checkpointGroup: CommandGroup = {
	usage: 'checkpoint <action>',
	describe: 'List, show, verify or compare checkpoints, of a run or by name',
	examples: ['checkpoint ls runs/latest', 'checkpoint verify runs/latest'],
	actions: [
		{
			usage: 'checkpoint ls <files..>',
			describe: 'List checkpoints with their steps',
			examples: ['checkpoint ls runs/latest'],
			positionals: checkpoints,
			flags: {},
			run: async context => (await import('./commands/checkpoint.ts')).ls(context),
		},
		{
			usage: 'checkpoint show <files..>',
			describe: 'Print what checkpoints hold',
			examples: ['checkpoint show runs/latest', 'checkpoint show runs/latest --json'],
			positionals: checkpoints,
			flags: {},
			run: async context => (await import('./commands/checkpoint.ts')).show(context),
		},
		{
			usage: 'checkpoint verify <files..>',
			describe: 'Read checkpoints through, and fail where one is damaged',
			examples: ['checkpoint verify runs/latest'],
			positionals: checkpoints,
			flags: {},
			run: async context => (await import('./commands/checkpoint.ts')).verify(context),
		},
		{
			usage: 'checkpoint diff <one> <other>',
			describe: 'Say in what two checkpoints differ',
			examples: ['checkpoint diff step-40.ckpt step-60.ckpt'],
			positionals: {one: {type: 'string', describe: 'A checkpoint, or a run, whose newest is taken'}, other: {type: 'string', describe: 'Another one'}},
			flags: {},
			run: async context => (await import('./commands/checkpoint.ts')).diff(context),
		},
	],
};
