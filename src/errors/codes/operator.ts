import {entry} from '../entry.ts';

/** What to do about a module that cannot be loaded, by what is wrong with it. */
const moduleHints = {
	commonJs: 'Node takes the file for CommonJS: name it .mjs, or write "type": "module" into the package.json above it.',
	esModule: 'Node takes the file for an ES module: write it with import and export default, or name it .cjs.',
	form: 'An operator module has defineOperator({options, cardinality, output, create}) as its default export.',
	other: 'Mend the module, or install what it imports; with --verbose the stack trace is told.',
};

/** What may be wrong with a module. */
export type ModuleFault = keyof typeof moduleHints;

/** Where a record lies, behind a sentence. */
const placeOf = (d: {source?: string; record?: number; file?: string; offset?: number}): string => {
	const parts = [
		d.source, d.record === undefined ? undefined : `record ${d.record}`, d.file === d.source ? undefined : d.file, d.offset === undefined ? undefined : `byte ${d.offset}`,
	].filter(part => part !== undefined);
	return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
};

export const operatorErrors = {
	OPERATOR_FAILED: entry(
		'operator',
		(d: {operator: string; reason: string; source?: string; record?: number; file?: string; offset?: number}) => `The operator "${d.operator}" failed: ${d.reason}${placeOf(d)}`,
		() => 'Mend it, or what it was given; with --verbose the stack trace is told.',
	),
	SINK_FAILED: entry(
		'operator',
		(d: {sink: string; reason: string; /** What it takes. @default events */ kind?: 'events' | 'records'; source?: string; record?: number}) => `The sink "${d.sink}" failed: ${d.reason}${placeOf(d)}`,
		d => (d.kind === 'records' ? 'Mend the module, then run the definition again.' : 'What was trained until then is kept. Mend the module, then go on with "pipeline resume".'),
	),
	SINK_MODULE: entry(
		'definition',
		(d: {module: string; reason: string}) => `The sink module cannot be used: ${d.reason} (module ${d.module})`,
		() => 'A sink module has defineSink({kind, options, create}) as its default export; create answers {event, close} for the kind events, {write, finish} for records.',
	),
	OPERATOR_UNKNOWN: entry(
		'definition',
		(d: {operator: string; known: readonly string[]}) => `There is no operator "${d.operator}"`,
		d => `Built in are: ${d.known.join(', ')}. A module of your own is named by its path: ./my-operator.js.`,
	),
	OPERATOR_OPTIONS: entry(
		'definition',
		(d: {operator: string; problems: readonly string[]; position?: number; faults?: readonly unknown[]}) => `The options of the operator "${d.operator}" are wrong: ${d.problems.join('; ')}`,
	),
	OPERATOR_SPEC: entry(
		'definition',
		(d: {operator: string; expected: string; received: string}) =>
			`The operator "${d.operator}" does not fit what comes before it: expected ${d.expected}, received ${d.received}`,
		() => 'The plan command prints the shape and the element type after every operator.',
	),
	OPERATOR_MODULE: entry(
		'definition',
		(d: {module: string; reason: string; place?: string; fault: ModuleFault}) => `The module cannot be loaded: ${d.reason} (module ${d.module}${d.place === undefined ? '' : `, ${d.place}`})`,
		d => moduleHints[d.fault],
	),
	OPERATOR_REFUSED: entry(
		'refused',
		(d: {module: string; reason: string}) => `The module is not loaded: ${d.reason} (module ${d.module})`,
		() => 'Modules come from the folder of the definition; --allow-operators DIR, in code `allowOperators`, allows another one.',
	),
	OPERATOR_UNSTEADY: entry(
		'operator',
		(d: {operator: string; split: string; example: number}) =>
			`The operator "${d.operator}" gave something else when it was run again: example ${d.example} of the ${d.split} split differs`,
		() => 'Draw with the `random` that it is given, by the index of the example; Math.random and the clock cannot be repeated.',
	),
	OPERATOR_CARDINALITY: entry(
		'operator',
		(d: {operator: string; incoming: number; outgoing: number}) =>
			`The operator "${d.operator}" declares as many examples out as in, but let out ${d.outgoing} for ${d.incoming}`,
		() => 'Declare its cardinality as "filter" if it drops examples, or as "any" if it does anything else.',
	),
	OPERATOR_HOARDS: entry(
		'operator',
		(d: {operator: string; position: number; bytes: number; examples: number; memory: number}) =>
			`The operator "${d.operator}" (operators[${d.position}]) keeps about ${Math.round(d.bytes / (2 ** 20))} MiB of the ${d.examples} examples that it was given, without saying so; the whole stream may hold ${Math.round(d.memory / (2 ** 20))} MiB`,
		() => 'Look for an array or a map in it that only grows. An example that is kept pins the chunk of many records that it came in; what has to be known of all records is learnt with `fit`, and what is kept for good reason is declared with `holds`.',
	),
	OPERATOR_HOLDS: entry(
		'operator',
		(d: {operator: string; held: number; bytes: number; seconds: number}) =>
			`The operator "${d.operator}" holds ${d.held} examples (${d.bytes} bytes) and let none out for ${d.seconds} s while the stream waited for it`,
		() => 'If it drops examples, declare its cardinality as "filter"; if it needs to hold this many, give the stream more with --memory, the key `memory`.',
	),
};
