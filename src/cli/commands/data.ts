import {createError} from '../../errors/threadloom-error.ts';
import type {CommandContext} from '../command.ts';

/** What `data` can do, each read from disk only when it is called. */
const actions: Readonly<Record<string, (context: CommandContext) => Promise<void>>> = {
	ls: async context => (await import('./data/ls.ts')).run(context),
	info: async context => (await import('./data/info.ts')).run(context),
	fetch: async context => (await import('./data/fetch.ts')).run(context),
	preview: async context => (await import('./data/preview.ts')).run(context),
	verify: async context => (await import('./data/verify.ts')).run(context),
};

/** Lists, describes, fetches, shows and checks data. */
export const run = async (context: CommandContext): Promise<void> => {
	const {flags} = context;
	const action = String(flags['action']);
	if (action !== 'ls' && flags['name'] === undefined) {
		throw createError('USAGE', {reason: `expected "data ${action} NAME"`});
	}

	await actions[action]!(context);
};
