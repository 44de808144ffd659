/**
 * Draws the data that comes with the package into fixtures/.
 *
 *   npm run fixtures             write the files
 *   npm run fixtures -- --check  compare them with what is there; exit 1 on a difference
 */
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {gunzipSync} from 'node:zlib';
import {broken} from './fixtures/broken.js';
import {garments} from './fixtures/garments.js';
import {tiny} from './fixtures/tiny.js';

const root = path.join(import.meta.dirname, '..', 'fixtures');
const files = Object.entries({...garments(), ...tiny(), ...broken()});

/** What must be the same: the content of a whole gzip, since releases of zlib pack differently; else the bytes. */
const substance = (name, bytes) => name.startsWith('garments/') ? gunzipSync(bytes) : bytes;

const differs = ([name, bytes]) => {
	try {
		return !substance(name, fs.readFileSync(path.join(root, name))).equals(substance(name, bytes));
	} catch {
		// A file that is missing or cannot be unpacked differs too.
		return true;
	}
};

if (process.argv.includes('--check')) {
	const different = files.filter(file => differs(file)).map(([name]) => name);
	for (const name of different) {
		console.error(`fixtures/${name} is not what the script makes`);
	}

	process.exitCode = different.length === 0 ? 0 : 1;
} else {
	for (const [name, bytes] of files) {
		fs.mkdirSync(path.dirname(path.join(root, name)), {recursive: true});
		fs.writeFileSync(path.join(root, name), bytes);
	}

	console.log(`${files.length} files, ${files.reduce((sum, [, bytes]) => sum + bytes.length, 0).toLocaleString('en')} bytes in fixtures/`);
}
