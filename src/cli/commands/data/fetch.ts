import {createError} from '../../../errors/threadloom-error.ts';
import {fetchDataset} from '../../../sources/fetch-dataset.ts';
import type {CommandContext} from '../../command.ts';
import {dataDirectoryOf} from '../../load.ts';
import {openNetwork} from './open-network.ts';

/** Fetches the files of a data set into the data folder, or into the cache when there is none. */
export const run = async ({flags, output, signal}: CommandContext): Promise<void> => {
	const name = String(flags['name']);
	const network = openNetwork(flags, output);
	const files = await fetchDataset(name, {dataDirectory: dataDirectoryOf(flags), network, signal});
	const missing = files.find(({where}) => where === 'elsewhere');
	if (missing !== undefined) {
		throw createError('USAGE', {reason: `${missing.file} was read but could not be kept: the cache has no room for it; name a folder with --data-dir`});
	}

	output.print(files.map(({file, path}) => `${file}  ${path ?? 'in the cache'}`).join('\n'));
	output.data(files);
};
