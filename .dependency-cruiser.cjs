/**
 * The import table: a folder of src/ may import the folders named beside it, itself, and nothing else of src/.
 * docs/architecture.md explains the order; a change here says why.
 */
const base = ['errors', 'random', 'tensor', 'events'];

/** @type {Record<string, string[]>} */
const table = {
	errors: [],
	random: ['errors'],
	// Building blocks of definition schemas: named choices, sizes and durations.
	schema: ['errors'],
	tensor: ['errors'],
	kernels: ['errors', 'tensor', 'random'],
	optimizers: ['errors', 'tensor', 'kernels', 'schema'],
	events: ['errors'],
	idx: ['errors', 'tensor'],
	stream: [...base],
	// Its schema takes sizes and durations.
	sources: [...base, 'idx', 'stream', 'schema'],
	operators: [...base, 'stream', 'schema'],
	batching: [...base, 'kernels', 'stream'],
	feed: [...base, 'kernels', 'idx', 'stream', 'sources', 'operators', 'batching', 'schema'],
	model: ['errors', 'random', 'tensor', 'kernels', 'schema'],
	engines: ['errors', 'random', 'tensor', 'kernels', 'optimizers', 'model'],
	pool: [...base, 'kernels', 'optimizers', 'batching', 'model', 'engines'],
	checkpoints: ['errors', 'tensor', 'model'],
	evaluation: ['errors', 'tensor', 'events', 'batching', 'model', 'pool'],
	training: [...base, 'optimizers', 'batching', 'model', 'pool', 'checkpoints', 'evaluation', 'schema'],
	sinks: ['errors', 'tensor', 'events', 'idx', 'stream', 'model', 'checkpoints', 'evaluation', 'schema'],
	definition: ['errors', 'schema'],
	runs: [
		...base,
		'schema',
		'kernels',
		'optimizers',
		'idx',
		'stream',
		'sources',
		'operators',
		'batching',
		'feed',
		'model',
		'engines',
		'pool',
		'checkpoints',
		'evaluation',
		'training',
		'sinks',
		'definition',
	],
	// Beside runs, the command line formats what the others hold as data: tables of layers, classes, engines, operators, data sets.
	cli: ['errors', 'schema', 'events', 'definition', 'runs', 'sources', 'model', 'engines', 'operators', 'evaluation', 'tensor'],
};

const folders = Object.keys(table);

module.exports = {
	forbidden: [
		...folders.map(folder => ({
			name: `house-${folder}`,
			comment: `src/${folder} may import ${table[folder].join(', ') || 'nothing'} and nothing else of src`,
			severity: 'error',
			from: {path: `^src/${folder}/`},
			to: {
				path: '^src/',
				pathNot: [
					`^src/(?:${[folder, ...table[folder]].join('|')})/`,
					// The definition is put together from the schema of every folder, and names what the catalogue and the registry have.
					...(folder === 'definition' ? [String.raw`^src/[^/]+/schema\.ts$`, String.raw`^src/sources/catalogue\.ts$`, String.raw`^src/operators/(?:registry|resolve)\.ts$`] : []),
				],
			},
		})),
		{
			name: 'house-index',
			comment: 'src/index.ts publishes everything but the command line',
			severity: 'error',
			from: {path: String.raw`^src/index\.ts$`},
			to: {path: '^src/cli/'},
		},
		{
			name: 'house-known',
			comment: 'a folder that the table does not know',
			severity: 'error',
			from: {path: '^src/', pathNot: [`^src/(?:${folders.join('|')})/`, String.raw`^src/index\.ts$`]},
			to: {},
		},
		{
			name: 'rxjs-in-parts',
			comment: 'the entry of RxJS takes long to load: src/stream/rx.ts has the parts that are used',
			severity: 'error',
			from: {path: '^src/', pathNot: [String.raw`^src/stream/rx\.ts$`]},
			to: {path: 'node_modules/rxjs/', dependencyTypesNot: ['type-only']},
		},
		{name: 'no-circular', severity: 'error', from: {path: '^src/'}, to: {circular: true}},
		{name: 'no-tests', comment: 'the product does not know its tests', severity: 'error', from: {path: '^src/'}, to: {path: '^test/'}},
		{name: 'not-to-unresolvable', severity: 'error', from: {path: '^src/'}, to: {couldNotResolve: true}},
		{
			name: 'no-dev-dependencies',
			severity: 'error',
			from: {path: '^src/'},
			// The charts are in the bundle, and in nothing that is loaded beside it.
			to: {dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: ['node_modules/@types/', 'node_modules/echarts/']},
		},
	],
	options: {
		doNotFollow: {path: 'node_modules'},
		tsConfig: {fileName: 'tsconfig.json'},
		tsPreCompilationDeps: true,
		enhancedResolveOptions: {extensions: ['.ts', '.js', '.json'], exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types']},
	},
};
