import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';

/** Sha256 of a file in hex. */
export const digestOfFile = async (file: string): Promise<string> => {
	const hash = createHash('sha256');
	for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
		hash.update(chunk);
	}

	return hash.digest('hex');
};
