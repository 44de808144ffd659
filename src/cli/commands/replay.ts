import {replayRun} from '../../runs/replay-run.ts';
import type {CommandContext} from '../command.ts';
import {describeResult} from './run.ts';

/** Writes the report of a run again. */
export const run = async ({flags, output}: CommandContext): Promise<void> => {
	const {directory, report, reportPath, hasTest} = await replayRun(String(flags['run']));
	output.print(describeResult({directory, report, reportPath, hasTest, status: report.status}));
	output.data({directory, status: report.status, reportPath: reportPath ?? null, report});
};
