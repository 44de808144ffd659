import path from 'node:path';
import {writeDurably} from '../checkpoints/durable-write.ts';
import {definitionSchema, type Definition} from '../definition/schema.ts';
import {readChecked} from './run-file.ts';

const name = 'effective.json';

/** Writes `effective.json` of a run directory: the definition as it was resolved, with the seed that the run has. @throws WRITE_FAILED */
export const writeEffective = async (directory: string, definition: Definition): Promise<void> => {
	await writeDurably(path.join(directory, name), [Buffer.from(`${JSON.stringify(definition, undefined, '\t')}\n`)]);
};

/** Reads it. @throws RUN_UNREADABLE */
export const readEffective = async (directory: string): Promise<Definition> => readChecked(directory, name, definitionSchema);
