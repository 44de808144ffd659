/** Without any fault: other workers, other sizes of what is read at a time. */
export async function * plain(runner, {isQuick}) {
	const variants = [
		{title: 'no fault, 2 workers', args: []},
		...(isQuick ? [] : [1, 3, 8]).map(workers => ({title: `no fault, ${workers} workers`, args: ['--workers', String(workers)]})),
		...(isQuick ? [] : ['3MB', '4MB', '8MB', '64MB']).map(memory => ({title: `no fault, chunks for a memory of ${memory}`, args: ['--memory', memory]})),
		...(isQuick ? [{title: 'no fault, 3 workers, chunks for a memory of 3MB', args: ['--workers', '3', '--memory', '3MB']}] : []),
	];
	for (const {title, args} of variants) {
		const directory = runner.directory();
		const {code, words} = await runner.train(directory, {args});
		if (code !== 0) {
			throw new Error(`${title}: exit code ${code}\n${words}`);
		}

		yield {title, directory, faults: 0};
	}
}
