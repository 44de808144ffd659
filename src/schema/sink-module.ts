import type {z} from 'zod';
import {createError} from '../errors/threadloom-error.ts';
import {defaultOf, exportFault} from './default-export.ts';

/** The default export of a sink's module, as far as both kinds share it. */
export interface SinkModule {
	readonly kind: 'events' | 'records';
	readonly options: z.ZodType;
	readonly create: (options: unknown, context: unknown) => unknown;
}

/** The methods of what `create` answers. */
const methods = {events: ['event', 'close'], records: ['write', 'finish']} as const;

/** The sink that a module exports as its default. @throws SINK_MODULE */
export const sinkOf = (namespace: unknown, module: string): SinkModule => {
	const exported = defaultOf(namespace);
	const {kind, options, create} = (exported ?? {}) as Partial<SinkModule>;
	if (typeof exported !== 'object' || exported === null || exported === namespace || (kind === undefined && typeof create !== 'function')) {
		throw createError('SINK_MODULE', {module, reason: exportFault(namespace, 'sink')});
	}

	if (kind !== 'events' && kind !== 'records') {
		throw createError('SINK_MODULE', {module, reason: `its \`kind\` is ${JSON.stringify(kind)}, expected "events" or "records"`});
	}

	if (typeof options !== 'object' || options === null || !('safeParse' in options)) {
		throw createError('SINK_MODULE', {module, reason: 'its `options` are no zod schema'});
	}

	if (typeof create !== 'function') {
		throw createError('SINK_MODULE', {module, reason: 'its `create` is no function'});
	}

	return exported as SinkModule;
};

/** What the `create` of a sink answered, once it has the methods of its kind. @throws SINK_MODULE */
export const checkSink = <T>(sink: T, {kind, module}: {readonly kind: SinkModule['kind']; readonly module: string}): T => {
	const missing = methods[kind].filter(name => typeof (sink as Readonly<Record<string, unknown>> | undefined)?.[name] !== 'function');
	if (missing.length > 0) {
		throw createError('SINK_MODULE', {module, reason: `what its create() answered has no ${missing.map(name => `\`${name}\``).join(' and no ')}`});
	}

	return sink;
};
