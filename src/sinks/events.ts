import fs from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import {replaceNonFinite} from '../events/non-finite.ts';
import {writeFailed} from '../errors/write-failed.ts';
import type {EventSinkDefinition} from './sink.ts';

/** Lines are written together once so many characters have come. */
const chunkCharacters = 64 * 1024;

/** Writes every event as one line of JSON to `events.ndjson`. */
export const events: EventSinkDefinition<Record<string, never>> = {
	kind: 'events',
	options: z.strictObject({}),
	async create(_, {directory, past}) {
		const file = path.join(directory, 'events.ndjson');
		const fail = (error: unknown): never => {
			throw writeFailed(file, error);
		};

		const handle = await fs.open(file, past.length > 0 ? 'a' : 'w').catch(fail);
		let pending = '';
		const write = async (): Promise<void> => {
			const text = pending;
			pending = '';
			await handle.writeFile(text).catch(fail);
		};

		return {
			async event(event) {
				pending += `${JSON.stringify(event, replaceNonFinite)}\n`;
				// Steps come by the thousand; everything else is to be on disk at once.
				if (event.type !== 'step' || pending.length > chunkCharacters) {
					await write();
				}
			},
			async sync() {
				await write();
				await handle.datasync().catch(fail);
			},
			async close() {
				await write();
				await handle.close().catch(fail);
			},
		};
	},
};
