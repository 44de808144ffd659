import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {root} from '../cli/workspace.ts';

const bundle = path.join(root, 'dist', 'bundle');

test('every package whose modules are put into the program keeps its licence', async t => {
	const maps = (await fs.readdir(bundle, {recursive: true})).filter(name => name.endsWith('.map'));
	const packages = new Set<string>();
	for (const name of maps) {
		const {sources} = JSON.parse(await fs.readFile(path.join(bundle, name), 'utf8')) as {readonly sources: readonly string[]};
		for (const source of sources) {
			const owner = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//u.exec(source)?.[1];
			if (owner !== undefined) {
				packages.add(owner);
			}
		}
	}

	t.true(packages.has('zod'));
	t.true(packages.has('echarts'));
	for (const name of packages) {
		const folder = path.join(root, 'node_modules', name);
		// Those of what a package has taken over from others lie in a folder of their own.
		const licences = (await fs.readdir(folder, {recursive: true})).filter(file => /^(?:licenses[\\/])?(?:LICENSE|NOTICE)/u.test(file));
		t.true(licences.length > 0);
		const kept = await fs.readFile(path.join(bundle, 'licences', `${name}.txt`), 'utf8');
		for (const file of licences) {
			t.true(kept.includes(await fs.readFile(path.join(folder, file), 'utf8')), `${name}: ${file}`);
		}
	}
});
