import path from 'node:path';
import {messageOf} from '../errors/thrown.ts';
import {createError, ThreadloomError} from '../errors/threadloom-error.ts';
import {defaultOf, exportFault} from '../schema/default-export.ts';
import {describeFault, faultsOf} from '../schema/options-faults.ts';
import {checkedSource} from './checked-source.ts';
import {createInput, type Location} from './create-input.ts';
import {datasetSource} from './dataset.ts';
import {concatSource} from './concat-source.ts';
import type {SourceContext, SourceDefinition} from './define-source.ts';
import {isAddress, showAddress} from './http/address.ts';
import {createNetwork, type Network} from './http/network.ts';
import {idxSource} from './idx-source.ts';
import {mixedSource} from './mixed-source.ts';
import {builtInSources} from './registry.ts';
import type {SourceConfig} from './schema.ts';
import type {Source} from './source.ts';
import {syntheticSource} from './synthetic-source.ts';

export interface CreateSourceOptions {
	/** The data folder, from `--data-dir` or THREADLOOM_DATA. */
	readonly dataDirectory: string | undefined;
	/** Folder of the definition: what relative paths start at. */
	readonly baseDirectory: string;
	/** Loads a module as the definition names it, and refuses what may not be loaded; answers its namespace or default export. */
	readonly loadModule: (specifier: string) => Promise<unknown>;
	/** How addresses are read. @default the defaults of `createNetwork` */
	readonly network?: Network;
	/** Whether nothing but headers is to be read: data sets of the catalogue that are not here are not asked for. @default false */
	readonly isPlanned?: boolean | undefined;
	/** Hears how many bytes of an IDX file came after its last record; without it they end the reading. */
	readonly onTrailing?: ((path: string, bytes: number) => void) | undefined;
	/** Where the source stands in the definition. */
	readonly at?: ReadonlyArray<string | number>;
}

const isDefinition = (value: unknown): value is SourceDefinition<unknown> =>
	typeof value === 'object' && value !== null
	&& 'create' in value && typeof value.create === 'function'
	&& 'options' in value && typeof value.options === 'object' && value.options !== null && 'safeParse' in value.options;

const isSource = (value: unknown): value is Source =>
	typeof value === 'object' && value !== null
	&& 'id' in value && typeof value.id === 'string'
	&& (['describe', 'chunks', 'digests'] as const).every(name => typeof (value as Partial<Source>)[name] === 'function');

const customSource = async (
	config: Extract<SourceConfig, {source: string}>,
	options: CreateSourceOptions,
): Promise<Source> => {
	const {loadModule, at} = options;
	const module = config.source;
	const loaded = await loadModule(module);
	const exported = defaultOf(loaded);
	if (!isDefinition(exported)) {
		throw createError('SOURCE_MODULE', {module, reason: exportFault(loaded, 'source')});
	}

	const parsed = exported.options.safeParse(config.options);
	if (!parsed.success) {
		const faults = faultsOf(parsed.error, exported.options, config.options);
		throw createError('SOURCE_OPTIONS', {
			source: module, problems: faults.map(fault => describeFault(fault)), faults, ...(at && {at}),
		}, {cause: parsed.error});
	}

	let source: unknown;
	try {
		source = await exported.create(parsed.data, contextOf(options));
	} catch (error) {
		throw error instanceof ThreadloomError ? error : createError('SOURCE_FAILED', {source: module, reason: messageOf(error)}, {cause: error});
	}

	if (!isSource(source)) {
		throw createError('SOURCE_MODULE', {module, reason: 'its create() did not answer a source with id, describe, chunks and digests'});
	}

	return checkedSource(source);
};

/** A location as it may be shown. */
const nameOf = (location: Location): string => {
	const [first] = [location].flat();
	return isAddress(first!) ? showAddress(first!) : first!;
};

const contextOf = ({baseDirectory, network = createNetwork()}: CreateSourceOptions): SourceContext => ({
	baseDirectory,
	resolve: location => path.resolve(baseDirectory, location),
	openInput: location => createInput(location, {baseDirectory, network}),
});

/** One of the built-in sources that keep the public contract alone, by the key that names it. */
const builtIn = async (config: SourceConfig, options: CreateSourceOptions): Promise<Source | undefined> => {
	if ('npy' in config) {
		return checkedSource(await builtInSources.npy.create(config, contextOf(options)));
	}

	return 'folder' in config ? checkedSource(await builtInSources.folder.create(config, contextOf(options))) : undefined;
};

/** Several sources as one. */
const combined = async (config: SourceConfig, options: CreateSourceOptions): Promise<Source | undefined> => {
	const {at} = options;
	const all = async (configs: readonly SourceConfig[], key: string, ...below: readonly string[]): Promise<readonly Source[]> =>
		Promise.all(configs.map(async (each, index) => createSource(each, {...options, ...(at && {at: [...at, key, index, ...below]})})));
	if ('shards' in config) {
		const sources = await all(config.shards, 'shards');
		return concatSource(sources, {id: sources.map(({id}) => id).join(', ')});
	}

	if ('mix' in config) {
		const sources = await all(config.mix.map(({from}) => from), 'mix', 'from');
		return mixedSource(sources, {
			id: sources.map(({id}) => id).join(' + '), weights: config.mix.map(({weight}) => weight), seed: config.seed, stop: config.stop,
		});
	}

	return undefined;
};

/**
 * Makes the source that a definition describes; no file is read yet.
 *
 * @throws DATASET_UNKNOWN, DATASET_NOT_FOUND, SOURCE_MODULE, SOURCE_OPTIONS, ADDRESS_INVALID, and what `loadModule` throws
 */
export const createSource = async (config: SourceConfig, options: CreateSourceOptions): Promise<Source> => {
	const {baseDirectory, dataDirectory, onTrailing, isPlanned, network = createNetwork()} = options;
	if ('dataset' in config) {
		return datasetSource({...config, dataDirectory, network, isPlanned});
	}

	if ('synthetic' in config) {
		return syntheticSource(config.synthetic);
	}

	if ('source' in config) {
		return customSource(config, options);
	}

	const made = await combined(config, options) ?? await builtIn(config, options);
	if (made !== undefined || !('images' in config)) {
		return made!;
	}

	const {images, labels, sha256, classes} = config;
	return idxSource({
		id: nameOf(images),
		onTrailing,
		images: createInput(images, {baseDirectory, sha256: sha256?.images, network}),
		...(labels !== undefined && {labels: createInput(labels, {baseDirectory, sha256: sha256?.labels, network})}),
		...(sha256 !== undefined && {sha256}),
		...(classes !== undefined && {classes}),
	});
};
