/**
 * Writes docs/reference.md: every key of a definition with its type, its default and its sentence, from the schemas that
 * check definitions.
 *
 *   npm run reference            write the page
 *   npm run reference -- --check fail when the page is not what the schemas say
 */
import fs from 'node:fs';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import {z} from 'zod';
import {jsonSchema} from '../dist/src/definition/json-schema.js';
import {catalogue} from '../dist/src/errors/catalogue.js';
import {exitCodes} from '../dist/src/errors/exit-codes.js';
import {builtInOperators} from '../dist/src/operators/registry.js';

const page = fileURLToPath(new URL('../docs/reference.md', import.meta.url));

const escape = text => text.replaceAll('|', String.raw`\|`);
const code = value => `\`${escape(typeof value === 'string' ? value : JSON.stringify(value))}\``;

/** The choices of a schema that is a name, alone or with options; undefined for every other schema. */
const choicesOf = ({anyOf = []}) => {
	const [names, ...rest] = anyOf;
	const isChoice = Array.isArray(names?.enum) && rest.length === names.enum.length && rest.every(({required = []}) => required.length === 1);
	return isChoice ? Object.fromEntries(rest.map(({properties, required: [name]}) => [name, properties[name]])) : undefined;
};

const limitsOf = ({minimum, maximum, exclusiveMinimum, exclusiveMaximum}) => [
	...(minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? [] : [`≥ ${minimum}`]),
	...(exclusiveMinimum === undefined ? [] : [`> ${exclusiveMinimum}`]),
	...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? [] : [`≤ ${maximum}`]),
	...(exclusiveMaximum === undefined ? [] : [`< ${exclusiveMaximum}`]),
].join(', ');

/** A type in words. */
const typeOf = schema => {
	if (schema.enum !== undefined) {
		return schema.enum.map(value => code(value)).join(', ');
	}

	if (schema.const !== undefined) {
		return code(schema.const);
	}

	const choices = choicesOf(schema);
	if (choices !== undefined) {
		return `one of ${Object.keys(choices).map(name => code(name)).join(', ')}`;
	}

	if (schema.anyOf !== undefined) {
		return [...new Set(schema.anyOf.filter(({type}) => type !== 'null').map(part => typeOf(part)))].join(' or ');
	}

	if (schema.type === 'array') {
		const parts = schema.prefixItems ?? (schema.items === undefined ? [] : [schema.items]);
		return schema.prefixItems === undefined ? `list of ${parts.map(part => typeOf(part)).join('')}` : `[${parts.map(part => typeOf(part)).join(', ')}]`;
	}

	if (schema.type === 'object') {
		return schema.properties === undefined ? 'mapping' : `{${Object.keys(schema.properties).join(', ')}}`;
	}

	const limits = limitsOf(schema);
	return [schema.type ?? 'anything', ...(limits === '' ? [] : [`(${limits})`])].join(' ');
};

const rowOf = (name, schema, isRequired) => {
	const {default: value} = schema;
	const standard = value === undefined ? (isRequired ? 'required' : '') : code(value);
	return `| ${code(name)} | ${typeOf(schema)} | ${standard} | ${escape(schema.description ?? '')} |`;
};

/** The keys of an object, those of objects inside it too, with dots between them. */
const rowsOf = ({properties = {}, required = []}, prefix = '') => Object.entries(properties).flatMap(([name, schema]) => {
	const path = prefix + name;
	const inner = [schema, ...(schema.anyOf ?? [])].filter(({properties: keys}) => keys !== undefined && choicesOf(schema) === undefined);
	const row = rowOf(path, schema, required.includes(name));
	if (path === 'data.test') {
		return [row.replace(' |  | ', ' |  | As data.train. ')];
	}

	return [row, ...inner.flatMap(part => rowsOf(part, `${path}.`))].filter((line, index, lines) => lines.indexOf(line) === index);
});

const table = schema => {
	const rows = rowsOf(schema);
	return rows.length === 0 ? ['No options.'] : ['| key | type | default | meaning |', '|---|---|---|---|', ...rows];
};

const list = choices => Object.entries(choices).flatMap(([name, schema]) => ['', `### ${name}`, '', ...table(schema)]);

const schema = jsonSchema();
const {model, training} = schema.properties;
const layers = choicesOf(model.properties.layers.items);
const optimizers = choicesOf(training.properties.optimizer);
const initializers = choicesOf(layers.dense.properties.kernelInitializer);
const schedules = choicesOf(optimizers.sgd.properties.learningRate.anyOf[1]);
const operators = Object.fromEntries(Object.entries(builtInOperators).map(([name, {options}]) => [name, z.toJSONSchema(options, {io: 'input', unrepresentable: 'any'})]));
const without = (properties, names) => ({type: 'object', properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name))), required: ['version', 'data']});
const codes = Object.entries(catalogue).map(([name, {exit}]) => `| ${code(name)} | ${exitCodes[exit]} |`);

const text = `${[
	'# Reference',
	'',
	'Every key of a definition. Printed from the schemas by `npm run reference`; [definition.md](definition.md) explains how they go together.',
	'',
	'## Top level',
	'',
	...table(without(schema.properties, ['model', 'training'])),
	'',
	'## training',
	'',
	...table(training),
	'',
	'## Layers',
	'',
	'`model.layers` is a list of these: a bare name, or `name: {…options}`.',
	...list(layers),
	'',
	'## Initializers',
	...list(initializers),
	'',
	'## Optimizers',
	...list(optimizers),
	'',
	'## Learning-rate schedules',
	'',
	'In place of the number `learningRate`.',
	...list(schedules),
	'',
	'## Operators',
	...list(operators),
	'',
	'## Error codes',
	'',
	'A code is part of the interface: it does not change within a major version.',
	'',
	'| code | exit code |',
	'|---|---|',
	...codes.sort(),
].join('\n')}\n`;

if (process.argv.includes('--check')) {
	if (fs.readFileSync(page, 'utf8') !== text) {
		console.error('docs/reference.md is not what the schemas say: run "npm run reference".');
		process.exitCode = 1;
	}
} else {
	fs.writeFileSync(page, text);
	console.log('docs/reference.md');
}
