import type {OnEvent} from '../../../events/schema.ts';
import {createNetwork, type Network} from '../../../sources/http/network.ts';
import type {Flags} from '../../flags.ts';
import type {Output} from '../../io.ts';
import {dataOptionsOf} from '../../load.ts';

/** Tells a person what happens on the way. */
export const tellEvents = (output: Output): OnEvent => event => {
	if (event.type === 'warning') {
		output.note(`warning: ${event.message}`);
	} else if (event.type === 'download') {
		const {state, address, offset, reason, wait} = event;
		switch (state) {
			case 'retry': {
				output.note(`retry in ${wait?.toFixed(1)} s: ${reason} (${address}, byte ${offset})`);
				break;
			}

			case 'mirror': {
				output.note(`trying ${address}: ${reason}`);
				break;
			}

			case 'done':
			case 'cached': {
				output.note(`${state === 'done' ? 'fetched' : 'in the cache'} ${address}`);
				break;
			}

			default: {
				state satisfies never;
			}
		}
	}
};

/** Opens the network as flags and environment say. */
export const openNetwork = (flags: Flags, output: Output): Network => createNetwork(dataOptionsOf(flags).network, {onEvent: tellEvents(output)});
