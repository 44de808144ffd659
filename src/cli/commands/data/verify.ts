import {loadDefinition} from '../../../definition/load.ts';
import {verifyData} from '../../../runs/verify-data.ts';
import {datasets} from '../../../sources/catalogue.ts';
import type {CommandContext} from '../../command.ts';
import {dataOptionsOf, loadFor} from '../../load.ts';
import {tellEvents} from './open-network.ts';

/** Reads a data set of the catalogue, or all data of a definition, and checks every byte. */
export const run = async ({flags, output, signal}: CommandContext): Promise<void> => {
	const name = String(flags['name']);
	const loaded = Object.hasOwn(datasets, name)
		? await loadDefinition({definition: {version: 1, name, data: {train: {dataset: name, split: 'train'}, test: {dataset: name, split: 'test'}}}})
		: await loadFor(name, {...flags, name: undefined});
	const splits = await verifyData(loaded, {...dataOptionsOf(flags), signal, onEvent: tellEvents(output)});
	output.print(splits.flatMap(({split, records, digests}) => [
		`${split}  ${records} records`,
		...Object.entries(digests).map(([file, sha256]) => `  ${sha256}  ${file}`),
	]).join('\n'));
	output.data(splits);
};
