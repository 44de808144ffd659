import path from 'node:path';
import type {Gallery} from '../evaluation/report.ts';
import {writeReportJson, writeReportPages} from '../sinks/report/write.ts';
import {createReportCollector} from './collect-report.ts';
import {readLock} from './lock.ts';
import {readEffective} from './effective.ts';
import {readEvents} from './past-events.ts';
import {openRunDirectory} from './run-directory.ts';
import {readJson} from './run-file.ts';
import type {RunResult} from './types.ts';

/**
 * Writes the report of a run again, from its events and the other files of its directory: a report that was lost, or one
 * of a run that was killed. No data is read: images are shown where the report showed them before.
 *
 * @throws RUN_UNREADABLE, RUN_LOCKED, WRITE_FAILED
 */
export const replayRun = async (given: string): Promise<Pick<RunResult, 'directory' | 'report' | 'reportPath' | 'hasTest'>> => {
	const {directory, lock} = await openRunDirectory(given);
	try {
		const definition = await readEffective(directory);
		const {runId, seed, startedAt, versions} = await readLock(directory);
		const collector = createReportCollector({definition, directory, runId, seed, startedAt, versions});
		for await (const event of readEvents(directory)) {
			collector.event(event);
		}

		const report = collector.report();
		await writeReportJson(directory, report);
		const gallery = await readJson(directory, path.join('report', 'gallery.json')).catch(() => undefined) as Gallery | undefined;
		return {
			directory, report, reportPath: definition.model === undefined ? undefined : await writeReportPages(directory, report, gallery), hasTest: definition.data.test !== undefined,
		};
	} finally {
		await lock.release();
	}
};
