import {spread} from './statistics.js';

const isOurs = name => name.startsWith('threadloom');

/** How many times as fast one contender was as another, round by round. */
export const ratio = ({rounds, unit}, ours, theirs) => spread(rounds.map(round => (unit === 'seconds'
	? round[theirs].seconds / round[ours].seconds
	: round[ours].imagesPerSecond / round[theirs].imagesPerSecond)));

/** The same against the fastest peer of each round; undefined when no peer ran. */
export const ratioToBest = ({rounds, unit}, {ours = 'threadloom', among} = {}) => {
	const names = Object.keys(rounds[0]).filter(name => !isOurs(name) && (among === undefined || among.includes(name)));
	if (names.length === 0 || !(ours in rounds[0])) {
		return undefined;
	}

	return spread(rounds.map(round => (unit === 'seconds'
		? Math.min(...names.map(name => round[name].seconds)) / round[ours].seconds
		: round[ours].imagesPerSecond / Math.max(...names.map(name => round[name].imagesPerSecond)))));
};

/** The largest rate of matrix multiplication of any library on so many threads, in GFLOP/s. */
export const roofline = (sgemm, threads) => {
	if (sgemm === undefined) {
		return undefined;
	}

	const names = Object.keys(sgemm.rounds[0]).filter(name => name.endsWith(`, ${threads}`));
	return names.length === 0 ? undefined : Math.max(...names.map(name => spread(sgemm.rounds.map(round => round[name])).median));
};
