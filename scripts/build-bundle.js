/**
 * Puts the compiled modules of dist/src together in few files in dist/bundle: a program of hundreds of small ones takes
 * a second longer to start. Entries lie where they lie in dist/src, and what they share is shared, so that there is one
 * of every module in a thread.
 */
import fs from 'node:fs';
import {isBuiltin} from 'node:module';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = path.join(root, 'dist', 'src');
const bundle = path.join(root, 'dist', 'bundle');

/** What a process or a thread starts with, and what is loaded by its address. */
const entries = ['index.js', 'cli/start.js', 'feed/worker.js', 'pool/worker.js', 'runs/probe-entry.js', 'sinks/statistics.js'];
/** Packages of many small files that load nothing by a path of their own and that no user has to share, where they lie as modules. */
const bundled = {zod: 'zod/index.js', yaml: 'yaml/browser/index.js', yargs: 'yargs/index.mjs', 'gunzip-maybe': 'gunzip-maybe/index.js', 'ipaddr.js': 'ipaddr.js/lib/ipaddr.js'};
/** The same, of which parts are imported by their paths. */
const bundledParts = new Set(['echarts']);

/** Measures text for the help, which is plain: what measures any text takes longer to load than all else of the parser. */
const plainWidth = {
	name: 'plain-width',
	setup({onResolve, onLoad}) {
		onResolve({filter: /^string-width$/}, () => ({path: 'string-width', namespace: 'plain-width'}));
		onLoad({filter: /^/, namespace: 'plain-width'}, () => ({contents: 'import {stripVTControlCharacters} from "node:util"; export default text => [...stripVTControlCharacters(text)].length;'}));
	},
};

/**
 * Node's own modules where CommonJS asks for them. What unpacks hands its output on in pieces, each by way of another
 * thread: gunzip-maybe has no option for their size, and the default one makes four times as many of them.
 */
const unpackedBytes = 64 * 1024;
const builtins = {
	name: 'builtins',
	setup({onResolve, onLoad}) {
		onResolve({filter: /^/}, ({path: name, kind, importer}) => (kind === 'require-call' && isBuiltin(name)
			? {path: name, namespace: importer.includes('gunzip-maybe') && name === 'zlib' ? 'unpacking' : 'builtin'}
			: undefined));
		onLoad({filter: /^/, namespace: 'builtin'}, ({path: name}) => ({contents: `module.exports = process.getBuiltinModule(${JSON.stringify(name)});`}));
		onLoad({filter: /^/, namespace: 'unpacking'}, () => ({contents: `
			const {createGunzip, createInflate} = process.getBuiltinModule('zlib');
			exports.createGunzip = () => createGunzip({chunkSize: ${unpackedBytes}});
			exports.createInflate = () => createInflate({chunkSize: ${unpackedBytes}});
		`}));
	},
};

const packages = {
	name: 'packages',
	setup({onResolve}) {
		onResolve({filter: /^[^./]/}, ({path: name, importer, kind}) => {
			if (kind === 'entry-point' || path.isAbsolute(name) || importer.includes('node_modules') || bundledParts.has(name.split('/')[0])) {
				return undefined;
			}

			return name in bundled ? {path: path.join(root, 'node_modules', bundled[name])} : {path: name, external: true};
		});
	},
};

/** A module goes on to find its neighbours by its address, whatever file it comes to lie in. */
const keepAddresses = {
	name: 'keep-addresses',
	setup({onLoad}) {
		onLoad({filter: /\.js$/}, async ({path: file}) => {
			const text = await fs.promises.readFile(file, 'utf8');
			const address = JSON.stringify(`./dist/bundle/${path.relative(source, file).replaceAll('\\', '/')}`);
			return {contents: text.replaceAll('import.meta.url', `new URL(${address}, import.meta.resolve("threadloom/package.json")).href`)};
		});
	},
};

/** Messages in fifty languages, half of what is put in: the product has its own in one. */
const oneLanguage = {
	name: 'one-language',
	setup({onLoad}) {
		onLoad({filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/}, () => ({contents: 'export {default as en} from "./en.js";'}));
	},
};

fs.rmSync(bundle, {recursive: true, force: true});
const {metafile} = await build({
	entryPoints: entries.map(name => path.join(source, name)),
	outbase: source,
	outdir: bundle,
	chunkNames: 'chunks/[hash]',
	bundle: true,
	splitting: true,
	format: 'esm',
	platform: 'node',
	target: 'node20',
	sourcemap: true,
	sourcesContent: false,
	legalComments: 'linked',
	plugins: [builtins, oneLanguage, plainWidth, keepAddresses, packages],
	metafile: true,
	logLevel: 'warning',
});

/** What is put in keeps its licence. */
const folders = new Set(Object.keys(metafile.inputs).flatMap(file => /^.*node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(file)?.[0] ?? []));
fs.mkdirSync(path.join(bundle, 'licences'), {recursive: true});
for (const folder of [...folders].toSorted()) {
	const {name} = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
	const filesLike = pattern => fs.readdirSync(folder, {recursive: true}).filter(file => pattern.test(file)).map(file => path.join(folder, file)).filter(file => fs.statSync(file).isFile());
	const licences = filesLike(/^(?:licenses[\\/])?(?:licen[cs]e(?!s)|notice)/i);
	// Some have it in their readme alone.
	const texts = licences.length > 0 ? licences : filesLike(/^readme/i).filter(file => /licen[cs]e/i.test(fs.readFileSync(file, 'utf8')));
	if (texts.length === 0) {
		throw new Error(`${name} has no licence to lie beside it`);
	}

	// There may be several versions of one.
	fs.appendFileSync(path.join(bundle, 'licences', `${name.replace('/', '-')}.txt`), texts.map(file => fs.readFileSync(file, 'utf8')).join('\n'));
}

for (const name of ['kernels.wasm', 'kernels.shared.wasm']) {
	fs.mkdirSync(path.join(bundle, 'kernels'), {recursive: true});
	fs.copyFileSync(path.join(source, 'kernels', name), path.join(bundle, 'kernels', name));
}
