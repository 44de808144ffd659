import type {ExecutionContext} from 'ava';
import type {EventBody} from '../../../src/events/schema.ts';
import {createNetwork, type Network, type NetworkHooks, type NetworkOptions} from '../../../src/sources/http/network.ts';
import {temporaryFolder} from '../../helpers/temporary-folder.ts';

/** What a test sees of the network beside the answers. */
export interface TestNetwork {
	readonly network: Network;
	readonly events: EventBody[];
	/** Every wait that was asked for, in ms; none of them takes any time. */
	readonly waits: number[];
}

/** A network that may speak to this machine, waits for nothing, and keeps its cache in a folder of its own. */
export const testNetwork = async (t: ExecutionContext, options: NetworkOptions = {}, hooks: NetworkHooks = {}): Promise<TestNetwork> => {
	const events: EventBody[] = [];
	const waits: number[] = [];
	const network = createNetwork({
		allowPrivate: ['127.0.0.1'],
		cacheDirectory: await temporaryFolder(t),
		...options,
	}, {
		onEvent(event) {
			events.push(event);
		},
		async wait(milliseconds) {
			waits.push(milliseconds);
		},
		jitter: () => 1,
		...hooks,
	});
	return {network, events, waits};
};
