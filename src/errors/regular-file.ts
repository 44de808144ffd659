import fs, {type FileHandle} from 'node:fs/promises';

const {O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0} = fs.constants;

/** Opens a regular file to be read. What is anything else is refused: a named pipe without a writer would be waited for without end. */
export const openRegular = async (file: string, {followsLinks = true}: {readonly followsLinks?: boolean} = {}): Promise<FileHandle> => {
	const handle = await fs.open(file, O_RDONLY | O_NONBLOCK | (followsLinks ? 0 : O_NOFOLLOW));
	try {
		if ((await handle.stat()).isFile()) {
			return handle;
		}

		throw new TypeError('it is not a regular file');
	} catch (error) {
		await handle.close();
		throw error;
	}
};

/** Reads a regular file, as `openRegular` opens it. */
export const readRegular = async (file: string, options?: {readonly followsLinks?: boolean}): Promise<Buffer> => {
	const handle = await openRegular(file, options);
	try {
		return await handle.readFile();
	} finally {
		await handle.close();
	}
};
