import {describeDownload} from '../../../events/describe-download.ts';
import type {OnEvent} from '../../../events/schema.ts';
import {createNetwork, type Network} from '../../../sources/http/network.ts';
import type {Flags} from '../../flags.ts';
import type {Output} from '../../io.ts';
import {dataOptionsOf} from '../../load.ts';

/** Tells a person what happens on the way. */
export const tellEvents = (output: Output): OnEvent => event => {
	if (event.type === 'warning') {
		output.warn(event.message);
	} else if (event.type === 'download') {
		output.note(describeDownload(event));
	}
};

/** Opens the network as flags and environment say. */
export const openNetwork = (flags: Flags, output: Output): Network => createNetwork(dataOptionsOf(flags).network, {onEvent: tellEvents(output)});
