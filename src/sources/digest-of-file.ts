import {createHash} from 'node:crypto';
import {openRegular} from '../errors/regular-file.ts';

/** Sha256 of a file in hex. */
export const digestOfFile = async (file: string): Promise<string> => {
	const hash = createHash('sha256');
	for await (const chunk of (await openRegular(file)).createReadStream() as AsyncIterable<Buffer>) {
		hash.update(chunk);
	}

	return hash.digest('hex');
};
