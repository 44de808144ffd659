import path from 'node:path';
import {openRun} from '../../runs/open-run.ts';
import {scoreRun} from '../../runs/score-run.ts';
import {isAddress} from '../../sources/http/address.ts';
import {stdinName} from '../../sources/stdin-input.ts';
import type {CommandContext} from '../command.ts';
import {dataOptionsOf, memoryOf} from '../load.ts';

/** Prints one line of JSON for every image: record, class, name, probabilities. */
export const run = async ({flags, output, signal}: CommandContext): Promise<void> => {
	const opened = await openRun(String(flags['run']), {checkpoint: flags['checkpoint'] as string | undefined});
	const images = flags['images'] as string | undefined;
	const {train} = opened.definition.data;
	const classes = 'classes' in train ? train.classes : opened.report.evaluation.test?.classes?.map(({name}) => name);
	const predictions: unknown[] = [];
	await scoreRun(opened, {
		split: 'test',
		...(images !== undefined && {source: {images: isAddress(images) || images === stdinName ? images : path.resolve(images)}}),
		options: {...dataOptionsOf(flags), ...memoryOf(flags)},
		signal,
		onWarning: output.warn,
		onRow({record, predicted, probabilities}) {
			const prediction = {record, predicted, ...(predicted !== undefined && {name: classes?.[predicted] ?? String(predicted)}), probabilities: [...probabilities]};
			output.print(JSON.stringify(prediction));
			if (flags['json'] === true) {
				predictions.push(prediction);
			}
		},
	});
	output.data(predictions);
};
