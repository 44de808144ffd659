/**
 * Writes the digest of the compiled modules down in their folder: a run's numbers depend on them, and reading them all
 * at the start of every run would take longer than all else that is read.
 *
 *   node scripts/build-digest.js [FOLDER]
 *
 * The command line and the sinks are left out: they decide no number.
 */
import {createHash} from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';

const folder = process.argv[2] ?? fileURLToPath(new URL('../dist/src/', import.meta.url));
const names = fs.readdirSync(folder, {recursive: true}).filter(name => /\.(?:js|wasm)$/.test(name) && !/^(?:cli|sinks)[\\/]/.test(name)).toSorted();
const hash = createHash('sha256');
for (const name of names) {
	hash.update(`${name}\0`).update(fs.readFileSync(path.join(folder, name)));
}

fs.writeFileSync(path.join(folder, 'digest.txt'), hash.digest('hex').slice(0, 12));
