import type {LoadedDefinition} from '../definition/load.ts';
import type {OnEvent} from '../events/schema.ts';
import {createModuleLoader} from '../feed/module-loader.ts';
import {describeSources} from '../feed/open-sources.ts';
import type {SourceConfig} from '../sources/schema.ts';
import {feedOptions} from './open-feed.ts';
import {withPlaces} from './placed.ts';
import type {RunOptions} from './types.ts';

/** A split that was read from its first byte to its last. */
export interface VerifiedSplit {
	readonly split: 'train' | 'test';
	readonly records: number;
	/** Sha256 by path or address. */
	readonly digests: Readonly<Record<string, string>>;
}

const chunkBytes = 1024 * 1024;

/** A mixture whose sources are all read to their ends, though training stops sooner or never. */
const wholly = (config: SourceConfig): SourceConfig => ('mix' in config ? {...config, stop: 'all'} : config);

/**
 * Reads all data of a definition once: digests, packing, headers, lengths and labels are checked on the way.
 *
 * @throws the code of the first fault
 */
export const verifyData = async (loaded: LoadedDefinition, options: RunOptions & {readonly onEvent?: OnEvent}): Promise<readonly VerifiedSplit[]> => {
	const {baseDirectory, definition} = loaded;
	const {signal = new AbortController().signal, allowOperators = [], onEvent} = options;
	const loader = createModuleLoader({baseDirectory, allowed: allowOperators});
	const {train, test} = definition.data;
	const data = {...definition.data, train: wholly(train), ...(test && {test: wholly(test)})};
	const described = await withPlaces(loaded, async () => describeSources({...feedOptions(loaded, 0, options), data}, {loader, signal, onEvent}));
	const verified: VerifiedSplit[] = [];
	for (const split of ['train', 'test'] as const) {
		const source = described[split]?.source;
		if (source !== undefined) {
			let records = 0;
			for await (const chunk of source.chunks({signal, chunkBytes})) {
				records += chunk.count;
			}

			verified.push({split, records, digests: source.digests()});
		}
	}

	return verified;
};
