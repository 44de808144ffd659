import type {Options} from 'yargs';

const group = (name: string, flags: Readonly<Record<string, Options>>): Readonly<Record<string, Options>> =>
	Object.fromEntries(Object.entries(flags).map(([flag, options]) => [flag, {...options, group: `${name}:`}]));

/** Flags of every command. */
export const commonFlags = group('Output', {
	json: {type: 'boolean', default: false, describe: 'Print one JSON document on stdout'},
	color: {choices: ['auto', 'always', 'never'] as const, default: 'auto', describe: 'Colours'},
	quiet: {alias: 'q', type: 'boolean', default: false, describe: 'Warnings and errors only'},
	verbose: {alias: 'v', type: 'count', describe: 'Say more; stack traces too'},
});

/** Flags that change a definition. */
export const definitionFlags = group('Definition', {
	set: {alias: 's', type: 'string', array: true, requiresArg: true, nargs: 1, describe: 'Set a value: training.epochs=5'},
	unset: {type: 'string', array: true, nargs: 1, describe: 'Remove a value'},
	profile: {type: 'string', requiresArg: true, describe: 'Apply a profile of the definition'},
	name: {alias: 'n', type: 'string', requiresArg: true, describe: 'Name of the run'},
	seed: {type: 'number', requiresArg: true, describe: 'Seed of everything random'},
	engine: {choices: ['auto', 'onnx', 'tensorflow', 'reference'] as const, requiresArg: true, describe: 'Backend'},
	workers: {type: 'string', requiresArg: true, describe: 'Threads that compute, or auto'},
	memory: {type: 'string', requiresArg: true, describe: 'What the stream may hold: 256MB'},
	epochs: {type: 'number', requiresArg: true, describe: 'Passes over the training share'},
});

/** Those of them that a stream without a training has a use for. */
export const streamFlags = Object.fromEntries(['set', 'unset', 'profile', 'seed', 'memory'].map(name => [name, definitionFlags[name]!]));

/** Flags about data. */
export const dataFlags = group('Data', {
	'data-dir': {type: 'string', requiresArg: true, describe: 'Where data sets lie [THREADLOOM_DATA]'},
	offline: {type: 'boolean', default: false, describe: 'Fetch nothing over a network'},
	'allow-trailing': {type: 'boolean', describe: 'Warn of bytes after the last record'},
	'allow-operators': {type: 'string', array: true, nargs: 1, describe: 'Another folder that modules may come from'},
});

/** Those of them that the catalogue has a use for. */
export const catalogueFlags = Object.fromEntries(['data-dir', 'offline'].map(name => [name, dataFlags[name]!]));

/** Flags about printing a definition. */
export const originFlags = group('Output', {
	origin: {type: 'boolean', default: false, describe: 'Say where every value comes from'},
});

/** Flags about looking at data. */
export const previewFlags = group('Preview', {
	after: {type: 'string', requiresArg: true, describe: 'Show what this operator lets out: its name, or its place from 1'},
	count: {type: 'number', requiresArg: true, default: 16, describe: 'How many'},
	split: {choices: ['train', 'validation', 'test'] as const, requiresArg: true, default: 'train', describe: 'Of which share'},
	out: {alias: 'o', type: 'string', requiresArg: true, default: 'preview.png', describe: 'The contact sheet'},
	force: {type: 'boolean', default: false, describe: 'Overwrite a file that is there'},
});

/** Flags about checking data. */
export const verifyFlags = group('Verify', {
	operators: {type: 'boolean', default: false, describe: 'Run the operators twice and compare what comes out'},
});

/** Flags about training. */
export const trainingFlags = group('Training', {
	'max-steps': {type: 'number', requiresArg: true, describe: 'Stop after so many steps of the whole run'},
	'max-time': {type: 'string', requiresArg: true, describe: 'Stop after so long: 30s, 10m, 2h'},
	'max-memory': {type: 'string', requiresArg: true, describe: 'End with a checkpoint near so much: 4GB'},
	grace: {type: 'string', requiresArg: true, default: '20s', describe: 'Time to end after a first signal'},
});

/** A trial. */
export const smokeFlags = group('Training', {
	smoke: {type: 'boolean', default: false, describe: 'Try one step, keep nothing'},
});

const codeChange: Options = {type: 'boolean', default: false, describe: 'Go on with another build, or other operator modules'};

/** Flags about going on with a run. */
export const resumeFlags = group('Resume', {
	checkpoint: {type: 'string', requiresArg: true, describe: 'Another checkpoint than the newest'},
	'allow-code-change': codeChange,
});

/** Flags about what a run leaves. */
export const runFlags = group('Run', {
	out: {alias: 'o', type: 'string', requiresArg: true, describe: 'The run directory itself [runs/NAME-TIME]'},
	force: {type: 'boolean', default: false, describe: 'Overwrite a run that is there'},
	supervise: {type: 'boolean', default: false, describe: 'Resume when the program is lost'},
	resume: {type: 'string', describe: 'Go on with the run in --out [latest]: =FILE'},
	// What the message of a refused --resume names: the help has to fit on a screen.
	'allow-code-change': {...codeChange, hidden: true},
	'allow-definition-change': {type: 'boolean', default: false, hidden: true, describe: 'Go on with other epochs, monitor or early stopping'},
});

/** Flags about comparing runs. */
export const compareFlags = group('Compare', {
	out: {alias: 'o', type: 'string', requiresArg: true, describe: 'Where the plots go [comparison]'},
	force: {type: 'boolean', default: false, describe: 'Overwrite a comparison that is there'},
});

/** What `--resume` goes on from when it is not told. */
export const newest = 'newest';

/** How a run is shown. */
export const progressFlags = group('Run', {
	progress: {choices: ['auto', 'bar', 'plain', 'none'] as const, default: 'auto', describe: 'How progress is shown'},
});

/** Arguments as yargs parsed them. */
export type Flags = Readonly<Record<string, unknown>>;
