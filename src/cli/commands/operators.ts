import {builtInOperators} from '../../operators/registry.ts';
import type {CommandContext} from '../command.ts';

/** Lists the built-in operators. */
export const run = async ({output}: CommandContext): Promise<void> => {
	const names = Object.keys(builtInOperators);
	output.print(names.join('\n'));
	output.data(names);
};
