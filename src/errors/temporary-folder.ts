import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {writeFailed} from './write-failed.ts';

/** Makes a folder of its own where the system keeps what is temporary. @throws WRITE_FAILED */
export const makeTemporaryFolder = async (name: string): Promise<string> => {
	try {
		return await fs.mkdtemp(path.join(os.tmpdir(), `${name}-`));
	} catch (error) {
		throw writeFailed(os.tmpdir(), error);
	}
};
