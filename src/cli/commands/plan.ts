import {planRun, type RunPlan} from '../../runs/plan-run.ts';
import {formatSummary} from '../../model/summary.ts';
import {formatTensor} from '../../tensor/shape.ts';
import type {CommandContext} from '../command.ts';
import {dataOptionsOf, loadFor} from '../load.ts';

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

const format = ({feed, model, batchSize, stepsPerEpoch, memory}: RunPlan): string => [
	'Stream',
	...feed.stages.map(({name, features, label, where}) => `  ${name.padEnd(14)} ${formatTensor(features).padEnd(24)} label ${formatTensor(label).padEnd(20)} ${where}`),
	'',
	...Object.entries(feed.info.splits).map(([split, {count}]) => `  ${split.padEnd(14)} ${count ?? 'unknown'} examples`),
	...(batchSize === undefined ? [] : [`  batches        ${batchSize} examples, ${stepsPerEpoch ?? 'unknown'} steps an epoch`]),
	'',
	...(model === undefined ? [] : [formatSummary(model), '']),
	'Memory at most',
	...Object.entries(memory).map(([name, bytes]) => `  ${name.padEnd(26)} ${megabytes(bytes).padStart(12)}`),
	`  ${'all'.padEnd(26)} ${megabytes(Object.values(memory).reduce((a, b) => a + b, 0)).padStart(12)}`,
].join('\n');

/** Prints what a run would do and hold. */
export const run = async ({flags, output, signal}: CommandContext): Promise<void> => {
	const loaded = await loadFor(String(flags['definition']), flags);
	const plan = await planRun(loaded, {...dataOptionsOf(flags), signal});
	output.print(format(plan));
	output.data(plan);
};
