import path from 'node:path';
import type {ByteInput} from './byte-input.ts';
import {createFileInput} from './file-input.ts';
import {isAddress} from './http/address.ts';
import {createHttpInput} from './http/http-input.ts';
import type {Network} from './http/network.ts';
import {createStdinInput, stdinName} from './stdin-input.ts';

/** Where the bytes of one file are: a path, an address, an address and its mirrors, or `-` for the standard input. */
export type Location = string | readonly string[];

/**
 * Makes the reader of the bytes at a location.
 *
 * @throws ADDRESS_INVALID
 */
export const createInput = (location: Location, {baseDirectory, sha256, network}: {
	/** What relative paths start at. */
	readonly baseDirectory: string;
	/** Digest that the bytes must have, where known. */
	readonly sha256?: string | undefined;
	readonly network: Network;
}): ByteInput => {
	if (location === stdinName) {
		return createStdinInput();
	}

	return typeof location === 'string' && !isAddress(location)
		? createFileInput(path.resolve(baseDirectory, location))
		: createHttpInput({addresses: [location].flat(), sha256, network});
};
