import {createHash} from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {packageFacts} from './package-facts.ts';

/** The modules as they were compiled, wherever this one lies. */
const folder = fileURLToPath(new URL('../../src/', import.meta.url));
let known: Promise<string> | undefined;

const digest = async (): Promise<string> => {
	const names = (await fs.readdir(folder, {recursive: true})).filter(name => /\.(?:js|wasm)$/u.test(name) && !/^(?:cli|sinks)[\\/]/u.test(name)).toSorted();
	const hash = createHash('sha256');
	for (const name of names) {
		hash.update(`${name}\0`).update(await fs.readFile(path.join(folder, name)));
	}

	return hash.digest('hex').slice(0, 12);
};

/** Version of the package and a digest of its compiled code, command line and sinks left out: with another, the bits may be others. */
export const buildOf = async (): Promise<string> => {
	known ??= (async () => `${(await packageFacts()).version}+${await digest()}`)();
	return known;
};
