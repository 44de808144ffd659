import fs from 'node:fs/promises';
import {isBuiltin} from 'node:module';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {build, type Plugin} from 'esbuild';
import {execa} from 'execa';
import {root} from '../cli/workspace.ts';
import {createProject} from '../docs/project.ts';

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

/** Leaves all packages but this one out, wherever they lie. */
const others: Plugin = {
	name: 'others',
	setup({onResolve}) {
		onResolve({filter: /^[^./]/}, ({path: name, kind}) => {
			if (kind === 'entry-point' || name === 'threadloom') {
				return undefined;
			}

			try {
				return {path: isBuiltin(name) ? name : import.meta.resolve(name), external: true};
			} catch {
				return {path: name, external: true}; // What is optional and not there.
			}
		});
	},
};

test('a program that its bundler put into one file finds the package where it is installed', async t => {
	const folder = await createProject(t, {'main.js': `
import {loadDefinition, runPipeline} from 'threadloom';

const {report} = await runPipeline(await loadDefinition({definition: {
	version: 1,
	data: {train: {synthetic: {count: 40, shape: [4], classes: 2}}},
	model: {layers: ['flatten', {dense: {units: 2, activation: 'softmax'}}]},
	training: {loss: 'sparseCategoricalCrossentropy', epochs: 1, engine: 'reference', workers: 1},
	sinks: [],
}}), {out: 'out'});
console.log(report.status);
`});
	await build({
		entryPoints: [path.join(folder, 'main.js')], outfile: path.join(folder, 'built', 'main.js'), bundle: true, platform: 'node', format: 'esm', logLevel: 'silent', plugins: [others],
	});
	const {stdout, stderr} = await execa(process.execPath, ['built/main.js'], {cwd: folder, reject: false, timeout: 60_000});
	t.is(stdout, 'completed', `stderr: ${stderr}`);
});
