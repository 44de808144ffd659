import {verifyData} from '../../../runs/verify-data.ts';
import {verifyOperators} from '../../../runs/verify-operators.ts';
import type {CommandContext} from '../../command.ts';
import {dataOptionsOf} from '../../load.ts';
import {loadData} from './load-data.ts';
import {tellEvents} from './open-network.ts';

/** Reads a data set of the catalogue, or all data of a definition, and checks every byte. */
export const run = async ({flags, output, signal}: CommandContext): Promise<void> => {
	const loaded = await loadData(flags);
	const options = {...dataOptionsOf(flags), signal, onEvent: tellEvents(output)};
	const splits = await verifyData(loaded, options);
	const operators = flags['operators'] === true ? await verifyOperators(loaded, options) : [];
	output.print([
		...splits.flatMap(({split, records, digests}) => [
			`${split}  ${records} records`,
			...Object.entries(digests).map(([file, sha256]) => `  ${sha256}  ${file}`),
		]),
		...operators.flatMap(({split, examples, sha256}) => [
			`operators, ${split}  ${examples} examples twice the same`,
			`  ${sha256}`,
		]),
	].join('\n'));
	output.data(flags['operators'] === true ? {splits, operators} : splits);
};
