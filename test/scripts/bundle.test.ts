import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {root} from '../cli/workspace.ts';

const bundle = path.join(root, 'dist', 'bundle');

test('every package whose modules are put into the program keeps its licence', async t => {
	const maps = (await fs.readdir(bundle, {recursive: true})).filter(name => name.endsWith('.map'));
	/** Names by folders: there may be several versions of one. */
	const packages = new Map<string, string>();
	for (const name of maps) {
		const {sources} = JSON.parse(await fs.readFile(path.join(bundle, name), 'utf8')) as {readonly sources: readonly string[]};
		for (const source of sources) {
			const [folder, owner] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)(?=\/)/u.exec(source) ?? [];
			if (folder !== undefined && owner !== undefined) {
				packages.set(path.resolve(bundle, path.dirname(name), folder), owner);
			}
		}
	}

	t.true(['zod', 'echarts', 'yargs', 'gunzip-maybe', 'is-gzip'].every(name => [...packages.values()].includes(name)));
	for (const [folder, name] of packages) {
		// Those of what a package has taken over from others lie in a folder of their own.
		const files = await fs.readdir(folder, {recursive: true});
		const own = files.filter(file => /^(?:licenses[\\/])?(?:licen[cs]e(?!s)|notice)/iu.test(file));
		// Some have it in their readme alone.
		const licences = own.length > 0 ? own : files.filter(file => /^readme/iu.test(file));
		t.true(licences.length > 0, `${name} has no licence`);
		const kept = await fs.readFile(path.join(bundle, 'licences', `${name}.txt`), 'utf8');
		for (const file of licences) {
			t.true(kept.includes(await fs.readFile(path.join(folder, file), 'utf8')), `${name}: ${file}`);
		}
	}
});
