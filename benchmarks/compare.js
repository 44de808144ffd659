import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {dataFolder} from './lib/data.js';
import {machine} from './lib/machine.js';
import {page, table} from './lib/page.js';
import {findPeers} from './lib/peers.js';
import {removedVariables} from './lib/processes.js';
import {sections} from './sections/sections.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const store = path.join(here, '.results.json');
const pagePath = path.join(here, '..', 'docs', 'performance.md');

const usage = `Times Threadloom and its peers in turn and says what holds of what it promises.

  node compare.js                      measure everything and print it
  node compare.js --write              … and write docs/performance.md
  node compare.js --only step:cnn      one part of it; "cnn", "step" and "whole" name several
  node compare.js --page               write the page from the newest results of each part, without measuring

--pairs N      rounds in which every contender runs once [5]
--workers N    workers of Threadloom and threads of the peers [one a processor]
--peers DIR    folder of the virtual environments [$THREADLOOM_PEERS, or .peers beside this file]

The data set is read from the folder in THREADLOOM_DATA; without it, from the drawn garments of the package.
Results are kept in .results.json beside this file, each part with its date and commit.
`;

const log = line => {
	process.stderr.write(`${line}\n`);
};

/** Ends with what is wrong with the command. */
const refuse = reason => {
	log(`${reason}\nnode compare.js --help tells the options.`);
	process.exit(64); // eslint-disable-line unicorn/no-process-exit -- nothing has begun
};

const options = {
	only: {type: 'string', multiple: true},
	pairs: {type: 'string', default: '5'},
	workers: {type: 'string', default: String(os.availableParallelism())},
	peers: {type: 'string', default: process.env.THREADLOOM_PEERS ?? path.join(here, '.peers')},
	write: {type: 'boolean', default: false},
	page: {type: 'boolean', default: false},
	help: {type: 'boolean', default: false},
};

const given = () => {
	try {
		return parseArgs({options}).values;
	} catch (error) {
		return refuse(error.message);
	}
};

const values = given();

const count = (name, text) => {
	const value = Number(text);
	if (!Number.isInteger(value) || value < 1) {
		refuse(`--${name} needs a whole number of at least 1. Received: ${text}`);
	}

	return value;
};

const readStore = () => (fs.existsSync(store) ? JSON.parse(fs.readFileSync(store, 'utf8')) : {});

const isWanted = ({id}) => values.only === undefined || values.only.some(name => id === name || id.split(':').includes(name));

const writePage = () => {
	fs.writeFileSync(pagePath, page({sections, results: readStore()}));
	log(path.relative(process.cwd(), pagePath));
};

const measureAll = async () => {
	const wanted = sections.filter(section => isWanted(section));
	if (wanted.length === 0) {
		refuse(`--only names nothing. There are: ${sections.map(({id}) => id).join(', ')}`);
	}

	const [pairs, workers] = [count('pairs', values.pairs), count('workers', values.workers)];
	const peers = await findPeers(values.peers);
	const {folder: data, isReal} = dataFolder();
	for (const {title, version, hint} of peers) {
		log(`${title}: ${version ?? `not installed (${hint})`}`);
	}

	if (!isReal) {
		log('THREADLOOM_DATA is not set: measuring on the 1,000 drawn images of the package.');
	}

	const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'threadloom-compare-'));
	try {
		for (const section of wanted) {
			log(`\n${section.title}`);
			const start = performance.now();
			let result;
			try {
				result = await section.run({peers, pairs, workers, data, scratch, log});
			} catch (error) {
				// The other parts are worth having; this one keeps its older result, if any.
				log(`  failed: ${error.message}`);
				process.exitCode = 1;
				continue;
			}

			const kept = {
				...result, pairs, workers, isReal, removedVariables, date: new Date().toISOString(), minutes: (performance.now() - start) / 60_000, machine: machine(),
				peers: Object.fromEntries(peers.map(({name, version}) => [name, version ?? null])),
			};
			fs.writeFileSync(store, `${JSON.stringify({...readStore(), [section.id]: kept}, undefined, '\t')}\n`);
			console.log(`\n${section.title}\n\n${table(section, kept).join('\n')}`);
		}
	} finally {
		fs.rmSync(scratch, {recursive: true, force: true});
	}
};

if (values.help) {
	process.stdout.write(usage);
} else {
	if (!values.page) {
		await measureAll();
	}

	if (values.write || values.page) {
		writePage();
	}
}
