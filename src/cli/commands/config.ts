import {stringify} from 'yaml';
import {jsonSchema} from '../../definition/json-schema.ts';
import {createError} from '../../errors/threadloom-error.ts';
import type {CommandContext} from '../command.ts';
import {loadFor} from '../load.ts';

/** Prints an effective definition, or the JSON Schema of all. */
export const run = async ({flags, output}: CommandContext): Promise<void> => {
	if (flags['action'] === 'schema') {
		const schema = jsonSchema();
		output.print(JSON.stringify(schema, undefined, 2));
		output.data(schema);
		return;
	}

	if (flags['action'] !== 'show' || flags['definition'] === undefined) {
		throw createError('USAGE', {reason: 'expected "config show DEFINITION" or "config schema"'});
	}

	const {definition} = await loadFor(String(flags['definition']), flags);
	output.print(stringify(definition).trimEnd());
	output.data(definition);
};
