import {stringify} from 'yaml';
import {jsonSchema} from '../../definition/json-schema.ts';
import {configOrigins} from '../../definition/origins.ts';
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

	const loaded = await loadFor(String(flags['definition']), flags);
	if (flags['origin'] === true) {
		const origins = configOrigins(loaded);
		const width = Math.max(...origins.map(({path}) => path.length));
		output.print(origins.map(({path, value, origin}) => `${path.padEnd(width)}  ${JSON.stringify(value)}  ${origin}`).join('\n'));
		output.data(origins);
		return;
	}

	const {definition} = loaded;
	output.print(stringify(definition).trimEnd());
	output.data(definition);
};
