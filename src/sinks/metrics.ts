import fs from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import {writeDurably} from '../checkpoints/durable-write.ts';
import type {RunEvent} from '../events/schema.ts';
import {writeFailed} from '../errors/write-failed.ts';
import type {EventSinkDefinition} from './sink.ts';

const columns = [
	'epoch', 'step', 'trainLoss', 'trainAccuracy', 'validationLoss', 'validationAccuracy', 'learningRate', 'seconds', 'samplesPerSecond', 'waitShare', 'gradientNorm', 'updateRatio', 'skippedSteps', 'loopLagMs',
] as const;

const lineOf = (cells: ReadonlyArray<string | number | undefined>): string => `${cells.map(cell => cell ?? '').join(',')}\n`;

/** The row of an event; nothing for what is no epoch. */
const rowOf = (event: RunEvent): string => {
	if (event.type !== 'epoch') {
		return '';
	}

	const {train, validation} = event;
	return lineOf([
		event.epoch,
		event.step,
		train.loss,
		train.accuracy,
		validation?.loss,
		validation?.accuracy,
		event.learningRate,
		event.seconds,
		event.samplesPerSecond,
		event.waitShare,
		event.gradientNorm,
		event.updateRatio,
		event.skipped ?? 0,
		event.loopLagMs,
	]);
};

/** Writes one row an epoch to `metrics.csv`; what does not exist is left empty. */
export const metrics: EventSinkDefinition<Record<string, never>> = {
	kind: 'events',
	options: z.strictObject({}),
	async create(_, {directory, past}) {
		const file = path.join(directory, 'metrics.csv');
		// Until the file is written anew, the one of before a resume stays.
		await writeDurably(file, [Buffer.from([lineOf(columns), ...past.map(event => rowOf(event))].join(''))]);
		return {
			async event(event) {
				const row = rowOf(event);
				if (row === '') {
					return;
				}

				try {
					await fs.appendFile(file, row);
				} catch (error) {
					throw writeFailed(file, error);
				}
			},
			async close() {}, // Every row is on disk already.
		};
	},
};
