import type {LoadedDefinition} from '../../../definition/load.ts';
import {datasets} from '../../../sources/catalogue.ts';
import type {Flags} from '../../flags.ts';
import {loadFor} from '../../load.ts';

/** Loads what a command about data names: a data set of the catalogue, or a definition. */
export const loadData = async (flags: Flags): Promise<LoadedDefinition> => {
	const name = String(flags['name']);
	// The name is that of what is read, and not one for a run.
	return loadFor(Object.hasOwn(datasets, name)
		? {definition: {version: 1, name, data: {train: {dataset: name, split: 'train'}, test: {dataset: name, split: 'test'}}}}
		: name, {...flags, name: undefined});
};
