/** Writes the help of the program and of every command down in dist/bundle/cli/help.json, from where it is printed at once. */
import fs from 'node:fs';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import {isGroup, wordsOf} from '../dist/src/cli/command.js';
import {commands} from '../dist/src/cli/commands.js';
import {main} from '../dist/src/cli/main.js';

const out = fileURLToPath(new URL('../dist/bundle/cli/help.json', import.meta.url));
const {write} = process.stdout;
// Every call of the program listens to its streams once more.
process.stdout.setMaxListeners(0);
process.stderr.setMaxListeners(0);

/** What the parser prints for a command line. */
const printed = async argv => {
	let text = '';
	process.stdout.write = piece => {
		text += piece;
		return true;
	};

	try {
		await main(argv);
	} finally {
		process.stdout.write = write;
	}

	return text;
};

const help = {};
for (const words of [[], ...commands.flatMap(command => [command, ...(isGroup(command) ? command.actions : [])]).map(command => wordsOf(command))]) {
	help[words.join(' ')] = await printed(words.length === 0 ? [] : [...words, '--help']);
}

fs.writeFileSync(out, `${JSON.stringify(help, undefined, '\t')}\n`);
