import fs from 'node:fs/promises';
import path from 'node:path';

/** Workers that end in the middle of a training, three at most in one run. */
export async function * lostWorkers(runner, {isQuick}) {
	const variants = [
		['worker.0@7=exit', 'worker.1@21=exit', 'worker.1@22=exit'],
		...(isQuick ? [] : [['worker.0@1=exit', 'worker.0@40=exit'], ['worker.1@13=throw', 'worker.0@29=exit'], ['worker.1@33=heap']]),
	];
	for (const failpoints of variants) {
		const directory = runner.directory();
		const log = path.join(runner.folder, 'failpoints.log');
		await fs.rm(log, {force: true});
		const {code, words} = await runner.train(directory, {environment: {THREADLOOM_FAILPOINTS: failpoints.join(';'), THREADLOOM_FAILPOINTS_LOG: log}});
		const fired = (await fs.readFile(log, 'utf8')).trimEnd().split('\n');
		if (code !== 0 || fired.length !== failpoints.length) {
			throw new Error(`${failpoints.join(', ')}: exit code ${code}, struck ${fired.join(', ')}\n${words}`);
		}

		yield {title: `workers lost: ${failpoints.join(', ')}`, directory, faults: fired.length};
	}
}
