import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import type {Definition} from '../../src/definition/schema.ts';
import {openEventSinks} from '../../src/runs/open-sinks.ts';
import {temporaryFolder} from '../helpers/temporary-folder.ts';

const sink = (parts: string): string => `export default {kind: 'events', options: {safeParse: data => ({success: true, data})}, create: async () => ({event() {}, close: async () => {}}), ${parts}};\n`;

const open = async (t: ExecutionContext, {text, model}: {readonly text: string; readonly model?: object}) => {
	const directory = await temporaryFolder(t);
	await fs.writeFile(path.join(directory, 'package.json'), '{"type": "module"}');
	await fs.writeFile(path.join(directory, 'mine.js'), text);
	return openEventSinks({sinks: [{name: './mine.js', options: {}}], model} as unknown as Definition, { // Nothing else of a definition is looked at.
		baseDirectory: directory, options: {}, context: {directory, stderr: process.stderr, progress: 'none', color: false, past: []},
	});
};

const refused = test.macro({
	title: (_, what: string) => `${what} is no sink, and nothing passes it over`,
	async exec(t, _: string, text: string, message: RegExp) {
		await t.throwsAsync(open(t, {text}), {code: 'SINK_MODULE', message});
	},
});

test(refused, 'a named export', 'export const mine = 1;\n', /it has no default export, only "mine" \(module \.\/mine\.js\)/u);
test(refused, 'an operator', sink('kind: "operator"'), /its `kind` is "operator", expected "events" or "records"/u);
test(refused, 'what has no kind', sink('kind: undefined'), /its `kind` is undefined/u);
test(refused, 'what has no options', sink('options: undefined'), /its `options` are no zod schema/u);
test(refused, 'what has null for its options', sink('options: null'), /its `options` are no zod schema/u);
test(refused, 'what has no create', sink('create: undefined'), /its `create` is no function/u);
test(refused, 'what creates nothing', sink('create: async () => {}'), /has no `event` and no `close`/u);
test(refused, 'what creates something without close', sink('create: async () => ({event() {}})'), /has no `close` \(module/u);

test('a sink of events is opened', async t => {
	t.is((await open(t, {text: sink('')})).length, 1);
});

test('a sink of records is refused where a model would give it none, and left to the stream where there is no model', async t => {
	const text = sink('kind: "records"');
	await t.throwsAsync(open(t, {text, model: {}}), {code: 'SINK_IDLE', message: 'The sink "./mine.js" takes records, and a definition with a model gives it none'});
	t.is((await open(t, {text})).length, 0);
});
