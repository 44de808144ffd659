import * as z from 'zod';

/** A choice by name with the options of that name, checked and filled in. */
export type Named<S extends Record<string, z.ZodType>> = {[K in keyof S & string]: {readonly name: K; readonly options: z.output<S[K]>}}[keyof S & string];

/** A choice as a person writes it: its name, alone or with its options. */
type NamedInput<S extends Record<string, z.ZodType>> = {[K in keyof S & string]: K | Readonly<Record<K, z.input<S[K]>>>}[keyof S & string];

/** The choices behind a schema made by `named`, for whoever describes the schema. */
export const namedChoices = new WeakMap<z.ZodType, Readonly<Record<string, z.ZodType>>>();

/**
 * A schema for `NAME` or `{NAME: options}`, the way definitions choose a layer, an operator or an optimizer.
 *
 * A fault inside the options keeps its own path below the name. An unknown name is an issue with the parameters
 * `{received, known}`, so that the nearest name can be told.
 */
export const named = <S extends Record<string, z.ZodType>>(choices: S, {what}: {readonly what: string}): z.ZodType<Named<S>, NamedInput<S>> => {
	const known = Object.keys(choices);
	const schema = z.unknown().transform((input, context): Named<S> => {
		const refuse = (message: string, {received, path = []}: {readonly received?: string; readonly path?: readonly string[]} = {}): never => {
			context.issues.push({code: 'custom', input, message, path: [...path], params: {known, received}});
			return z.NEVER;
		};

		const entries = entriesOf(input);
		const [first, ...others] = entries;
		if (first === undefined || others.length > 0) {
			return refuse(`expected the name of one ${what}, alone or with its options${first === undefined ? '' : `, received the keys ${entries.map(([key]) => key).join(', ')} side by side; options are indented below the name`}`);
		}

		const [name, options] = first;
		const choice = Object.hasOwn(choices, name) ? choices[name] : undefined;
		if (choice === undefined) {
			return refuse(`there is no ${what} "${name}"`, {received: name, path: typeof input === 'string' ? [] : [name]});
		}

		const result = choice.safeParse(options ?? {});
		if (!result.success) {
			for (const issue of result.error.issues) {
				context.issues.push({...issue, input: options, path: typeof input === 'string' ? issue.path : [name, ...issue.path]} as z.core.$ZodRawIssue);
			}

			return z.NEVER;
		}

		return {name, options: result.data} as Named<S>;
	});
	namedChoices.set(schema, choices);
	return schema as z.ZodType<Named<S>, NamedInput<S>>;
};

/** The one name with its options; a choice as this schema resolved it before is one too. */
const entriesOf = (input: unknown): ReadonlyArray<readonly [string, unknown]> => {
	if (typeof input === 'string') {
		return [[input, {}]];
	}

	if (!isRecord(input)) {
		return [];
	}

	const {name, options, ...rest} = input;
	return typeof name === 'string' && isRecord(options) && Object.keys(rest).length === 0 ? [[name, options]] : Object.entries(input);
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
