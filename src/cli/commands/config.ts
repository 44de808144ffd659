import {stringify} from 'yaml';
import {jsonSchema} from '../../definition/json-schema.ts';
import {configOrigins} from '../../definition/origins.ts';
import type {CommandContext} from '../command.ts';
import {loadFor} from '../load.ts';

/** Prints the JSON Schema of all definitions. */
export const schema = async ({output}: CommandContext): Promise<void> => {
	const document = jsonSchema();
	output.print(JSON.stringify(document, undefined, 2));
	output.data(document);
};

/** Prints an effective definition. */
export const show = async ({flags, output}: CommandContext): Promise<void> => {
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
