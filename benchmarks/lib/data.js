import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import zlib from 'node:zlib';
import {root} from './machine.js';

/** Where the data set lies: the folder of THREADLOOM_DATA, or the drawn garments that come with the package. */
export const dataFolder = () => {
	const given = process.env.THREADLOOM_DATA;
	const fixtures = path.join(root, 'fixtures', 'garments');
	if (given === undefined) {
		return {folder: fixtures, isReal: false};
	}

	const nested = path.join(given, 'fashion-mnist');
	return {folder: path.resolve(fs.existsSync(nested) ? nested : given), isReal: true};
};

const files = ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1'];

/** The first records of an IDX file of unsigned bytes. */
const firstOf = (bytes, count) => {
	const header = 4 + 4 * bytes[3];
	const total = bytes.readUInt32BE(4);
	const kept = Math.min(count, total);
	const out = Buffer.from(bytes.subarray(0, header + (bytes.length - header) / total * kept));
	out.writeUInt32BE(kept, 4);
	return out;
};

/** Writes the first `images` training images, and as large a share of the test images, into a folder of its own. */
export const cutData = (folder, target, images) => {
	const read = name => zlib.gunzipSync(fs.readFileSync(path.join(folder, `${name}-ubyte.gz`)));
	const total = read('train-labels-idx1').readUInt32BE(4);
	if (images >= total) {
		return folder;
	}

	fs.mkdirSync(target, {recursive: true});
	for (const name of files) {
		const bytes = read(name);
		const count = name.startsWith('train') ? images : Math.round(bytes.readUInt32BE(4) * images / total);
		fs.writeFileSync(path.join(target, `${name}-ubyte.gz`), zlib.gzipSync(firstOf(bytes, count)));
	}

	return target;
};
