import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import {jsonSchema} from '../../dist/src/definition/json-schema.js';
import {dataSets, definitionOf} from '../threadloom/session.js';
import {root} from './machine.js';
import {run, runJson} from './processes.js';

const child = name => fileURLToPath(new URL(`../threadloom/${name}.js`, import.meta.url));

/** Whether this build can leave out the copy of a session's outputs. */
export const hasUnsafeOutputs = () => 'unsafeOutputs' in jsonSchema().properties.training.properties;

/** Bare steps in a process of their own. */
export const steps = async task => runJson(process.execPath, [child('step'), JSON.stringify(task)]);

/** One of the other measurements in a process of its own. */
export const measure = async (name, task) => runJson(process.execPath, [child(name), JSON.stringify(task)]);

/** `pipeline` as a person calls it. */
export const pipeline = async parameters => run(process.execPath, [path.join(root, 'bin', 'pipeline'), ...parameters]);

/** A whole `pipeline run`; resolves to its seconds and its report. */
export const wholeRun = async ({definition, data, sets = [], out, flags = []}) => {
	fs.rmSync(out, {recursive: true, force: true});
	const {seconds, startedAt} = await pipeline([
		'run', definitionOf(definition), '--seed', '1', '--quiet', '--out', out, ...[...dataSets(data), ...sets].flatMap(set => ['--set', set]), ...flags,
	]);
	return {seconds, startedAt, report: JSON.parse(fs.readFileSync(path.join(out, 'report', 'report.json'), 'utf8'))};
};
