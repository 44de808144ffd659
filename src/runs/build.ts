import fs from 'node:fs/promises';
import {packageFacts} from './package-facts.ts';

/** What `scripts/build-digest.js` wrote beside the compiled modules, wherever this one lies. */
const digest = new URL('../../src/digest.txt', import.meta.url);
let known: Promise<string> | undefined;

/** Version of the package and a digest of its compiled code, command line and sinks left out: with another, the bits may be others. */
export const buildOf = async (): Promise<string> => {
	known ??= (async () => `${(await packageFacts()).version}+${await fs.readFile(digest, 'utf8')}`)();
	return known;
};
