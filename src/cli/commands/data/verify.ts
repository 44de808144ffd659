import {verifyData} from '../../../runs/verify-data.ts';
import type {CommandContext} from '../../command.ts';
import {dataOptionsOf} from '../../load.ts';
import {loadData} from './load-data.ts';
import {tellEvents} from './open-network.ts';

/** Reads a data set of the catalogue, or all data of a definition, and checks every byte. */
export const run = async ({flags, output, signal}: CommandContext): Promise<void> => {
	const loaded = await loadData(flags);
	const splits = await verifyData(loaded, {...dataOptionsOf(flags), signal, onEvent: tellEvents(output)});
	output.print(splits.flatMap(({split, records, digests}) => [
		`${split}  ${records} records`,
		...Object.entries(digests).map(([file, sha256]) => `  ${sha256}  ${file}`),
	]).join('\n'));
	output.data(splits);
};
