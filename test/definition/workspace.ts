import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
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

/** A folder with files, removed at the end of the test. */
export const folderOf = async (t: ExecutionContext, files: Readonly<Record<string, string>>): Promise<string> => {
	const folder = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), 'threadloom-definition-')));
	t.teardown(async () => fs.rm(folder, {recursive: true, force: true}));
	for (const [name, text] of Object.entries(files)) {
		await fs.mkdir(path.dirname(path.join(folder, name)), {recursive: true});
		await fs.writeFile(path.join(folder, name), text);
	}

	return folder;
};

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
