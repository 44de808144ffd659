import {judge, promises} from './promises.js';
import {ratio, roofline} from './ratios.js';
import {formatSpread, megabytes, number, spread} from './statistics.js';

const row = cells => `| ${cells.join(' | ')} |`;
const grid = (head, rows) => [row(head), row(head.map(() => '---')), ...rows.map(cells => row(cells))];

/** Rows of contenders that took turns. */
const contenderTable = ({rounds, unit, operations}, roof) => {
	const names = Object.keys(rounds[0]);
	const first = names[0];
	const isSeconds = unit === 'seconds';
	const share = roof === undefined || operations === undefined
		? undefined
		: rate => `${Math.round(rate * operations / 1e9 / roof * 100)} %`;
	const rows = names.map(name => {
		const values = spread(rounds.map(round => (isSeconds ? round[name].seconds : round[name].imagesPerSecond)));
		const peaks = spread(rounds.map(round => round[name].peakBytes));
		return [
			name,
			formatSpread(values),
			name === first ? '1' : formatSpread(ratio({rounds, unit}, first, name)),
			megabytes(peaks.median),
			...(share === undefined ? [] : [share(values.median)]),
		];
	});
	return grid(['', isSeconds ? 'seconds' : 'images/s', `${first} is faster by`, 'peak memory', ...(share === undefined ? [] : ['of sgemm'])], rows);
};

const columnsTable = (rounds, head, unit) => grid(['', head], Object.keys(rounds[0]).map(name => [name, `${formatSpread(spread(rounds.map(round => round[name])))}${unit}`]));

const shareText = values => values.map(value => `${(value * 100).toFixed(1)} %`).join(', ');

const dataTable = ({rounds}) => {
	const middle = pick => spread(rounds.map(one => pick(one)));
	const epochs = rounds[0].waitShares.map((_, epoch) => middle(({waitShares}) => waitShares[epoch]).median);
	return grid(['', 'seconds'], [
		['whole run', formatSpread(middle(({seconds}) => seconds))],
		['bare steps of as many images', formatSpread(middle(({bareSeconds}) => bareSeconds))],
		['of the whole run: epochs', formatSpread(middle(({epochSeconds}) => epochSeconds))],
		['of the whole run: validation and what else training does', formatSpread(middle(({trainingSeconds, epochSeconds}) => trainingSeconds - epochSeconds))],
		['of the whole run: test', formatSpread(middle(({evaluationSeconds}) => evaluationSeconds))],
		['of the whole run: the rest (start, checkpoint, report, end)', formatSpread(middle(({seconds, trainingSeconds, evaluationSeconds}) => seconds - trainingSeconds - evaluationSeconds))],
		['waiting for data, epoch by epoch', shareText(epochs)],
	]);
};

const memoryTable = ({resident, every}) => grid(['after steps', 'resident memory'], resident.map((bytes, index) => [String(index * every), megabytes(bytes)]));

/** The table of one part. */
export const table = ({id}, result, results = {}) => {
	if (id === 'sgemm') {
		return columnsTable(result.rounds, 'GFLOP/s', '');
	}

	if (id === 'start-up') {
		return columnsTable(result.rounds, 'milliseconds', '');
	}

	if (id === 'memory') {
		return memoryTable(result);
	}

	if (id.startsWith('data:')) {
		return dataTable(result);
	}

	const {operations} = Object.values(result.rounds[0])[0];
	return contenderTable({...result, operations}, id.startsWith('step:') ? roofline(results.sgemm, result.workers) : undefined);
};

const verdict = outcome => {
	if (outcome === undefined) {
		return ['not measured', ''];
	}

	return [outcome.holds ? 'yes' : '**no**', formatSpread(outcome.measured, value => (Math.abs(value) < 0.001 ? value.toExponential(1) : number(value)))];
};

const promiseTable = results => grid(['promise', 'holds', 'measured'], promises.map(promise => [promise.text, ...verdict(judge(promise, results))]));

const lapNames = {barrier: 'waiting for the other worker', waiting: 'waiting for data'};

/** Where the time of a step goes in the first worker, in milliseconds. */
const lapsText = (rounds, name) => {
	const laps = rounds.map(round => round[name].laps);
	const parts = Object.keys(laps[0]).map(lap => `${lapNames[lap] ?? lap} ${number(spread(laps.map(each => each[lap])).median)} ms`);
	return `Of a step in its first worker: ${parts.join(', ')}.`;
};

/** What was measured how, under a table. */
const notes = ({missing = [], removedVariables, workers, rounds, date, minutes, isReal, difference, families, machine}) => {
	const ours = Object.values(rounds?.[0] ?? {})[0];
	return [
		...(ours?.engine === undefined ? [] : [`Threadloom: ${ours.engine}, ${ours.workers} workers, ${ours.shards} shards; peers: ${workers} threads.`, ...(ours.laps === undefined ? [] : [lapsText(rounds, Object.keys(rounds[0])[0])])]),
		...(missing.length === 0 ? [] : [`Not installed, so not measured: ${missing.join(', ')}.`]),
		...(difference === undefined ? [] : [`Families ${families.join(' and ')}; their gradients differ by ${difference.toExponential(1)} of the largest of each tensor.`]),
		...(isReal ? [] : ['Measured on the drawn images of the package.']),
		...(removedVariables.length === 0 ? [] : [`Taken out of the environment of every process, because they choose kernels or threads: ${removedVariables.join(', ')}.`]),
		`${rounds === undefined ? '' : `${rounds.length} rounds, `}${date.slice(0, 10)}, ${minutes.toFixed(1)} minutes, commit ${machine.commit ?? 'unknown'}.`,
	].join(' ');
};

const machineLines = ({processor, instructions, cores, memory, system, node, threadloom}, peers) => [
	`- Processor: ${processor}, ${cores} cores, ${instructions.join(', ') || 'instructions unknown'}; memory: ${(memory / 2 ** 30).toFixed(0)} GiB; ${system}`,
	`- Threadloom ${threadloom} on Node ${node}`,
	...Object.entries(peers).map(([name, version]) => `- ${name}: ${version ?? 'not installed'}`),
];

/** The whole page from the kept results. */
export const page = ({sections, results}) => {
	const newest = Object.values(results).toSorted((a, b) => (a.date < b.date ? 1 : -1))[0];
	if (newest === undefined) {
		throw new Error('There are no results to write a page of.');
	}

	return `${[
		'# Performance',
		'',
		'Written by `npm run bench -- --write` in `benchmarks`; every figure is what that command measured. Contenders take turns in processes of their own, with the same data, network, optimizer, batch and number of threads. Figures are medians with the least and the largest in brackets; a ratio is taken round by round. Compare ratios: absolute figures are those of one machine on one day.',
		'',
		'Bare steps are batches in order from memory, without reading, validation or sinks: PyTorch eager, Keras by a compiled `tf.function`, tfjs-node by `fit`. Whole runs begin with the process and end with it, and read gzipped files, shuffle, validate after every epoch and score the test split; Threadloom also writes checkpoint, metrics and report.',
		'',
		...machineLines(newest.machine, newest.peers),
		'',
		'## What is promised and what holds',
		'',
		...promiseTable(results),
		...sections.flatMap(section => {
			const result = results[section.id];
			return ['', `## ${section.title}`, '', ...(result === undefined ? ['Not measured.'] : [...table(section, result, results), '', notes(result)])];
		}),
	].join('\n')}\n`;
};
