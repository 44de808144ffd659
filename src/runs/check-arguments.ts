import * as z from 'zod';
import {nearest} from '../definition/nearest.ts';
import type {LoadedDefinition} from '../definition/load.ts';
import {isOperator} from '../operators/define-operator.ts';
import {longestDuration} from '../schema/duration.ts';
import {runPipeline as run} from './run-pipeline.ts';
import type {RunOptions} from './types.ts';

const flag = z.boolean('expected true or false').optional();
const text = z.string('expected a string').optional();
const texts = z.array(z.string('expected a string'), 'expected a list of strings').readonly().optional();
const bytes = z.int('expected a whole number of bytes').positive('expected a whole number of bytes').optional();
const milliseconds = z.number('expected a number of milliseconds').positive('expected a number of milliseconds').max(longestDuration, `expected at most ${longestDuration} milliseconds`).optional();

/** An object with these functions: of another copy of the package, or of another realm, too. */
const having = (functions: readonly string[], expected: string) =>
	z.custom<object>(value => typeof value === 'object' && value !== null && functions.every(name => typeof (value as Readonly<Record<string, unknown>>)[name] === 'function'), expected).optional();

/** An operator by its name, by name and options, or as `defineOperator` makes it. */
const operator = z.custom<unknown>(value => {
	if (typeof value !== 'object' || value === null) {
		return typeof value === 'string';
	}

	return isOperator('operator' in value ? value.operator : undefined) || (!isOperator(value) && !('operator' in value) && Object.keys(value).length === 1);
}, 'expected a name, {name: options}, or {operator: defineOperator({…}), options}');

const options = {
	out: text,
	force: flag,
	dataDirectory: text,
	network: z.strictObject({offline: flag, cacheDirectory: text, cacheBytes: z.number('expected a number of bytes').nonnegative('expected a number of bytes').optional()}, 'expected an object').optional(),
	memory: bytes,
	maxMemory: bytes,
	allowTrailing: flag,
	allowOperators: texts,
	signal: having(['addEventListener', 'throwIfAborted'], 'expected an AbortSignal'),
	phases: z.strictObject({train: z.boolean('expected true or false'), evaluate: z.boolean('expected true or false'), report: z.boolean('expected true or false')}, 'expected an object').optional(),
	smoke: flag,
	maxSteps: z.int('expected a whole number of at least 1').positive('expected a whole number of at least 1').optional(),
	maxTimeMs: milliseconds,
	onEvent: z.custom<unknown>(value => typeof value === 'function', 'expected a function').optional(),
	progress: z.enum(['bar', 'plain', 'none'], 'expected bar, plain or none').optional(),
	color: flag,
	argv: texts,
	control: having(['checkpoint', 'onCheckpoint'], 'expected the control of a run'),
	deadlineMs: milliseconds,
	operators: z.array(operator, 'expected a list of operators').readonly().optional(),
} satisfies Record<keyof RunOptions, z.ZodType>;

const optionsSchema = z.strictObject(options, 'expected an object');

const show = (value: unknown): string => {
	const shown = typeof value === 'object' && value !== null ? `an object with ${Object.keys(value).join(', ') || 'nothing'}` : (typeof value === 'string' ? JSON.stringify(value) : String(value));
	return shown.length > 80 ? `${shown.slice(0, 80)}…` : shown;
};

const at = (value: unknown, path: readonly PropertyKey[]): unknown => path.reduce<unknown>((inner, key) => (inner as Readonly<Record<PropertyKey, unknown>> | undefined)?.[key], value);

/** What is wrong with options, one by one. */
const faultsOf = (given: unknown): readonly string[] => {
	const {error} = optionsSchema.safeParse(given);
	return (error?.issues ?? []).flatMap(issue => {
		const name = issue.path.join('.');
		if (issue.code === 'unrecognized_keys') {
			const known = issue.path.length === 0 ? Object.keys(options) : [];
			return issue.keys.map(key => {
				const near = nearest(key, known);
				return `there is no option \`${name === '' ? '' : `${name}.`}${key}\`${near === undefined ? '' : ` (did you mean \`${near}\`?)`}`;
			});
		}

		return [`\`${name === '' ? 'options' : name}\`: ${issue.message}, received ${show(at(given, issue.path))}`];
	});
};

const isLoaded = (value: unknown): value is LoadedDefinition => {
	const {definition, baseDirectory, text: written} = (value ?? {}) as Partial<LoadedDefinition>;
	return typeof definition?.name === 'string' && typeof baseDirectory === 'string' && typeof written === 'string';
};

/**
 * Runs a definition from the first byte to the report.
 *
 * A definition without a model streams its records into its sinks. However a run ends, `report/report.json` says so;
 * then the error, if any, goes to the caller.
 *
 * @throws TypeError when it is called with anything else than a loaded definition and options that there are
 */
export const runPipeline: typeof run = async (loaded, given = {}) => {
	if (!isLoaded(loaded)) {
		throw new TypeError(`Expected what loadDefinition(…) resolves to. Received: ${loaded as unknown instanceof Promise ? 'a promise; await it first' : show(loaded)}`);
	}

	const faults = faultsOf(given);
	if (faults.length > 0) {
		throw new TypeError(`The options of runPipeline are wrong: ${faults.join('; ')}`);
	}

	return run(loaded, given);
};
