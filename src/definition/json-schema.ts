import * as z from 'zod';
import {namedChoices} from '../schema/named.ts';
import {definitionSchema} from './schema.ts';

type Schema = z.core.JSONSchema.JSONSchema;

const convert = (schema: z.ZodType): Schema => z.toJSONSchema(schema, {
	io: 'input',
	unrepresentable: 'any',
	override({zodSchema, jsonSchema: out}) {
		const choices = zodSchema instanceof z.ZodType ? namedChoices.get(zodSchema) : undefined;
		if (choices !== undefined) {
			Object.assign(out, {
				anyOf: [
					{enum: Object.keys(choices)},
					...Object.entries(choices).map(([name, options]) => {
						const {$schema, ...properties} = convert(options);
						return {type: 'object', properties: {[name]: properties}, required: [name], additionalProperties: false};
					}),
				],
			});
		}
	},
}) as Schema;

/** The JSON Schema of a definition as a person writes it, for editors. `extends` and `profiles` are the loader's. */
export const jsonSchema = (): Schema => {
	const schema = convert(definitionSchema);
	return {
		...schema,
		// A file that extends another may leave out what that one says.
		required: [],
		properties: {
			...schema.properties,
			extends: {type: 'string', description: 'Path of a definition that this one is laid over.'},
			profiles: {type: 'object', description: 'Changes by name, applied with --profile.', additionalProperties: {type: 'object'}},
		},
	};
};
