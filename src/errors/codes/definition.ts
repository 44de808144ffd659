import {entry} from '../entry.ts';

/** Why a network cannot end so. */
export const softmaxOfOne = 'softmax over one output is always 1; two classes take two units, or one with the activation sigmoid and binaryCrossentropy';

/** Where the definition has a layer or the loss of a model, behind a sentence. */
const placeOf = ({place}: {readonly place?: string}): string => (place === undefined ? '' : ` (${place})`);

export const definitionErrors = {
	DEFINITION_INVALID: entry(
		'definition',
		(d: {problems: readonly string[]; items: readonly unknown[]}) =>
			`The definition has ${d.problems.length === 1 ? 'a fault' : `${d.problems.length} faults`}\n${d.problems.map(problem => `  ${problem}`).join('\n')}`,
		() => '"pipeline config schema" lists every key.',
	),
	DEFINITION_SYNTAX: entry(
		'definition',
		(d: {path: string; line: number; column: number; reason: string}) => `The definition cannot be read as YAML: ${d.reason} (${d.path}:${d.line}:${d.column})`,
	),
	DEFINITION_UNREADABLE: entry('definition', (d: {path: string; reason: string}) => `The definition cannot be used: ${d.reason} (file ${d.path})`),
	DEFINITION_CYCLE: entry(
		'definition',
		(d: {path: string; chain: readonly string[]}) => `The definition extends itself: ${d.chain.join(' → ')} (file ${d.path})`,
	),
	SINK_OPTIONS: entry(
		'definition',
		(d: {sink: string; problems: readonly string[]; at: ReadonlyArray<string | number>; faults: readonly unknown[]}) => `The options of the sink "${d.sink}" are wrong: ${d.problems.join('; ')}`,
	),
	SINK_MISSING: entry(
		'definition',
		(d: {count: number}) => `A pipeline without a model needs one sink that takes records, and has ${d.count}`,
		() => 'Add the sink statistics, or the path of a module of your own, under sinks; or add model and training.',
	),
	SINK_IDLE: entry(
		'definition',
		(d: {sink: string}) => `The sink "${d.sink}" takes records, and a definition with a model gives it none`,
		() => 'Take it out of sinks; or take model and training out, and the records are streamed into it.',
	),
	TEST_MISSING: entry(
		'definition',
		(d: {name: string}) => `The definition "${d.name}" has no data.test: there is nothing to evaluate or to predict`,
		() => 'Train it with data.test, or give predict an IDX file: pipeline predict RUN IMAGES.',
	),
	MODEL_MISSING: entry('definition', (d: {name: string}) => `The definition "${d.name}" has no model`),
	PROFILE_UNKNOWN: entry(
		'definition',
		(d: {profile: string; path: string; nearest?: string}) => `There is no profile "${d.profile}" (file ${d.path})`,
		d => (d.nearest === undefined ? 'The profiles of a definition stand under its key "profiles".' : `Did you mean "${d.nearest}"?`),
	),
	OVERRIDE_INVALID: entry(
		'definition',
		(d: {flag: string; value: string; reason: string}) => `${d.flag} cannot be understood: ${d.reason}. Received: ${d.value}`,
		d => {
			if (d.value.includes('/')) {
				return `A module stands in brackets and quotes: ${d.flag} 'operators[0]["./my-operator.js"].share${d.flag === '--unset' ? '' : '=0.2'}'`;
			}

			return d.flag === '--unset' ? 'For example: --unset training.earlyStopping' : 'For example: --set training.epochs=5';
		},
	),
	MODEL_SHAPE: entry(
		'definition',
		(d: {layer: string; index: number; reason: string; place?: string}) => `Layer "${d.layer}" does not fit its input: ${d.reason}${placeOf(d)}`,
	),
	MODEL_CLASSES: entry(
		'definition',
		(d: {layer: string; index: number; outputs: number; classes: number; place?: string}) => `Layer "${d.layer}" tells ${d.outputs} classes apart, but the data has ${d.classes}${placeOf(d)}`,
		d => `Give the last layer ${d.classes} units.`,
	),
	MODEL_TOO_LARGE: entry(
		'definition',
		(d: {what: string; bytes: number; available?: number}) =>
			`The model is too large for this machine: ${d.what} take ${(d.bytes / (2 ** 30)).toFixed(1)} GiB${d.available === undefined ? ', which cannot be allocated' : ` of the ${(d.available / (2 ** 30)).toFixed(1)} GiB that there are`}`,
		() => 'Make its layers smaller; "pipeline plan" prints what each part takes.',
	),
	MODEL_LOSS: entry(
		'definition',
		(d: {loss: string; reason: string; /** Of the layer that is at fault, if one is. */ index?: number; place?: string}) => `The loss "${d.loss}" does not fit: ${d.reason}${placeOf(d)}`,
	),
};
