import {loadDefinition, type DefinitionText, type Overrides} from '../../src/definition/load.ts';
import type {Problem} from '../../src/definition/problem.ts';
import {ThreadloomError} from '../../src/errors/threadloom-error.ts';

/** The shortest definition with a model. */
export const small = `version: 1
data:
  train: {synthetic: {}}
model:
  layers:
    - flatten
    - dense: {units: 10, activation: softmax}
training:
  optimizer: {sgd: {learningRate: 0.5}}
  loss: sparseCategoricalCrossentropy
`;

/** The error that loading ends with. */
export const faultOf = async (source: string | DefinitionText, overrides?: Overrides): Promise<ThreadloomError> => {
	try {
		await loadDefinition(source, overrides);
	} catch (error) {
		if (error instanceof ThreadloomError) {
			return error;
		}

		throw error;
	}

	throw new Error('the definition was loaded');
};

/** The problems of a definition as `line:column path: message`, or with another origin in place of line and column. */
export const problemsIn = async (text: string, overrides?: Overrides): Promise<readonly string[]> => {
	const {code, details} = await faultOf({text}, overrides);
	if (code !== 'DEFINITION_INVALID') {
		throw new Error(`the code is ${code}`);
	}

	return (details['items'] as readonly Problem[]).map(({path: where, message, place: {origin, line, column}, nearest}) =>
		`${line === undefined ? origin : `${line}:${column}`} ${where}: ${message}${nearest === undefined ? '' : ` (${nearest})`}`);
};
