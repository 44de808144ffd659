import fs from 'node:fs/promises';
import path from 'node:path';
import {z} from 'zod';
import type {RunEvent} from '../events/schema.ts';
import {createError} from '../errors/threadloom-error.ts';
import type {EventSinkDefinition} from './sink.ts';

const columns = [
	'epoch', 'step', 'trainLoss', 'trainAccuracy', 'validationLoss', 'validationAccuracy', 'learningRate', 'seconds', 'samplesPerSecond', 'waitShare', 'gradientNorm', 'updateRatio', 'skippedSteps', 'loopLagMs',
] as const;

/** Writes one row an epoch to `metrics.csv`; what does not exist is left empty. */
export const metrics: EventSinkDefinition<Record<string, never>> = {
	kind: 'events',
	options: z.strictObject({}),
	async create(_, {directory, past}) {
		const file = path.join(directory, 'metrics.csv');
		const append = async (cells: ReadonlyArray<string | number | undefined>, flag: 'w' | 'a'): Promise<void> => {
			try {
				await fs.writeFile(file, `${cells.map(cell => cell ?? '').join(',')}\n`, {flag});
			} catch (error) {
				throw createError('WRITE_FAILED', {path: file, reason: error instanceof Error ? error.message : String(error)}, {cause: error});
			}
		};

		const take = async (event: RunEvent): Promise<void> => {
			if (event.type === 'epoch') {
				const {train, validation} = event;
				await append([
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
				], 'a');
			}
		};

		await append(columns, 'w');
		for (const event of past) {
			await take(event);
		}

		return {
			event: take,
			async close() {}, // Every row is on disk already.
		};
	},
};
