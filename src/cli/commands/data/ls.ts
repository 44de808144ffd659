import {datasets} from '../../../sources/catalogue.ts';
import {datasetStatus} from '../../../sources/fetch-dataset.ts';
import type {CommandContext} from '../../command.ts';
import {dataDirectoryOf} from '../../load.ts';
import {openNetwork} from './open-network.ts';

/** Lists the data sets of the catalogue and says which are here. */
export const run = async ({flags, output}: CommandContext): Promise<void> => {
	const network = openNetwork(flags, output);
	const rows = await Promise.all(Object.entries(datasets).map(async ([name, {description}]) => {
		const files = await datasetStatus(name, {dataDirectory: dataDirectoryOf(flags), network});
		const others = files.filter(({where}) => where === 'other').length;
		return {name, description, here: files.filter(({where}) => where === 'folder' || where === 'cache').length, others, files: files.length};
	}));
	const width = Math.max(...rows.map(({name}) => name.length));
	output.print(rows.map(({name, description, here, others, files}) =>
		`${name.padEnd(width)}  ${here} of ${files} files here  ${description}${others === 0 ? '' : `; ${others} other ${others === 1 ? 'file has the same name' : 'files have the same names'}`}`).join('\n'));
	output.data(rows);
};
