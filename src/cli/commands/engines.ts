import {engineNames} from '../../engines/registry.ts';
import {probeEngine} from '../../runs/probe-engine.ts';
import type {CommandContext} from '../command.ts';

/** Says which engines can be loaded here. */
export const run = async ({output}: CommandContext): Promise<void> => {
	const rows = await Promise.all(engineNames.map(async name => ({name, ...await probeEngine(name)})));

	output.print(rows.map(({name, available, detail}) => `${name.padEnd(12)} ${available ? 'yes' : 'no '}  ${detail}`).join('\n'));
	output.data(rows);
};
