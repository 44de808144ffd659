import {datasetOf} from '../../../sources/dataset.ts';
import {datasetStatus} from '../../../sources/fetch-dataset.ts';
import {formatShape} from '../../../tensor/shape.ts';
import type {CommandContext} from '../../command.ts';
import {dataDirectoryOf} from '../../load.ts';
import {openNetwork} from './open-network.ts';

/** Describes one data set of the catalogue. */
export const run = async ({flags, output}: CommandContext): Promise<void> => {
	const name = String(flags['name']);
	const entry = datasetOf(name);
	const files = await datasetStatus(name, {dataDirectory: dataDirectoryOf(flags), network: openNetwork(flags, output)});
	output.print([
		entry.description,
		'',
		`records  ${formatShape(entry.shape)} uint8, ${entry.train.count.toLocaleString('en')} in train, ${entry.test.count.toLocaleString('en')} in test`,
		`classes  ${entry.classes.join(', ')}`,
		...entry.addresses.map((address, index) => `${index === 0 ? 'from   ' : 'or     '}  ${address}`),
		'',
		...files.map(({file, where, path, sha256}) => `${file}\n  sha256 ${sha256}\n  ${path ?? (where === 'cache' ? 'in the cache' : 'not here')}${where === 'other' ? ', which is another file or cannot be read' : ''}`),
	].join('\n'));
	output.data({name, ...entry, files});
};
