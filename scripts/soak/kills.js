import process from 'node:process';
import {steps} from './runner.js';

const expectKill = ({code, signal, words}, what) => {
	if (signal !== 'SIGKILL') {
		throw new Error(`${what} did not strike: ${signal ?? `exit code ${code}`}\n${words}`);
	}
};

/** One run that is killed at a place of every step and resumed each time, with other workers. */
const killedAtEach = async (runner, place, chosen) => {
	const directory = runner.directory();
	let begun = false;
	for (const step of chosen) {
		const options = {environment: {THREADLOOM_FAILPOINTS: `${place}@${step}=kill`}};
		const ending = await (begun ? runner.resume(directory, options) : runner.train(directory, options));
		begun = true;
		expectKill(ending, `the kill at ${place} ${step}`);
	}

	await runner.finish(directory);
	return {directory, faults: chosen.length};
};

const stepsFor = isQuick => (isQuick ? [2, 20] : Array.from({length: steps}, (_, index) => index + 1));

/** Killed when a step was made, at each step in turn. */
export async function * killsAtSteps(runner, {isQuick}) {
	const chosen = stepsFor(isQuick);
	yield {title: `killed and resumed at ${chosen.length} step boundaries`, ...await killedAtEach(runner, 'step', chosen)};
}

/** Killed when a checkpoint was written, before older ones are removed. */
export async function * killsAtSaves(runner, {isQuick}) {
	const chosen = stepsFor(isQuick).slice(isQuick ? 1 : 0);
	yield {title: `killed and resumed between ${chosen.length} saves and what follows them`, ...await killedAtEach(runner, 'saved', chosen)};
}

/** A generator of fractions with a seed, so that a soak can be repeated. */
const fractions = seed => {
	let state = seed;
	return () => {
		state = Math.imul(state ^ (state >>> 15), 0x2C_1B_3C_6D) + 0x6D_2B_79_F5;
		return ((state ^ (state >>> 14)) >>> 0) / 2 ** 32;
	};
};

/** Killed at any time of its life, starting and ending included, until so many kills have struck. */
export async function * killsAtRandomTimes(runner, {isQuick}) {
	const wanted = isQuick ? 1 : 200;
	const random = fractions(Number(process.env.THREADLOOM_SOAK_SEED ?? 1));
	const lives = [];
	let kills = 0;
	let lifetime = 2000;
	while (kills < wanted) {
		const directory = runner.directory();
		let own = 0;
		for (let isOver = false, begun = false; !isOver; begun = true) {
			const begin = performance.now();
			const options = kills < wanted ? {after: random() * lifetime} : {};
			const ending = await (begun ? runner.resume(directory, options) : runner.train(directory, options));
			if (ending.signal === 'SIGKILL') {
				kills++;
				own++;
			} else if (ending.code === 0) {
				isOver = true;
				lifetime = Math.max(lifetime, performance.now() - begin);
			} else {
				throw new Error(`after a kill: exit code ${ending.code}\n${ending.words}`);
			}
		}

		lives.push({directory, own});
	}

	for (const [index, {directory, own}] of lives.entries()) {
		if (own > 0) {
			yield {title: `killed at random times, run ${index + 1}`, directory, faults: own};
		}
	}
}
