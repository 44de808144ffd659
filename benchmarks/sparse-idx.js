import fs from 'node:fs';
import path from 'node:path';

/** Header of an IDX file of unsigned bytes. */
export const header = dimensions => {
	const bytes = Buffer.alloc(4 + 4 * dimensions.length);
	bytes.set([0, 0, 0x08, dimensions.length]);
	for (const [index, length] of dimensions.entries()) {
		bytes.writeUInt32BE(length, 4 + 4 * index);
	}

	return bytes;
};

/** Makes a file whose zeros take no room on disk. */
const writeSparse = (file, dimensions) => {
	const head = header(dimensions);
	fs.writeFileSync(file, head);
	fs.truncateSync(file, head.length + dimensions.reduce((product, length) => product * length, 1));
};

/** Makes a pair of sparse IDX files with `bytes` bytes of 28 × 28 images, and gives their paths. */
export const makeSparsePair = (folder, bytes) => {
	const count = Math.floor(bytes / 784);
	const images = path.join(folder, 'images-idx3-ubyte');
	const labels = path.join(folder, 'labels-idx1-ubyte');
	writeSparse(images, [count, 28, 28]);
	writeSparse(labels, [count]);
	return {images, labels, count};
};
