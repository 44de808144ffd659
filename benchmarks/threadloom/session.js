import path from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {wordsOf} from '../../dist/src/batching/lane-words.js';
import {allocateLane, slotLayout, slotWords} from '../../dist/src/batching/ring.js';
import {loadDefinition} from '../../dist/src/definition/load.js';
import {candidatesOf, loadEngine} from '../../dist/src/engines/registry.js';
import {createFeed} from '../../dist/src/feed/create-feed.js';
import {learningRateAt} from '../../dist/src/optimizers/schedule.js';
import {resolveOptimizer} from '../../dist/src/optimizers/schema.js';
import {openPool} from '../../dist/src/pool/pool.js';
import {writeState} from '../../dist/src/pool/state.js';
import {feedOptions} from '../../dist/src/runs/open-feed.js';
import {engineOptions, initialState, planLanes} from '../../dist/src/runs/session.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Prepared batches: bytes at most, and batches at most. */
const limits = {bytes: 2 ** 24, batches: 256};
/** Often where few batches are there, and else seldom enough to leave the processors to the steps. */
const refillMs = {few: 1, many: 5};
const many = 8;

/** Where the definition of one of the five networks lies. */
export const definitionOf = name => path.join(root, 'pipelines', 'fashion-mnist', `${name}.yaml`);

/** The files of a data set as settings of a definition. */
export const dataSets = folder => [['train', 'train'], ['test', 't10k']].map(([split, file]) => `data.${split}=${JSON.stringify({
	images: path.join(folder, `${file}-images-idx3-ubyte.gz`), labels: path.join(folder, `${file}-labels-idx1-ubyte.gz`),
})}`);

/** Fills every slot of a lane with batches in the order of their records, by the product's own stream, which then ends. */
const fillOnce = async (feed, lane) => {
	const words = wordsOf(lane);
	const controller = new AbortController();
	await feed.attach({train: lane});
	const pass = feed.pass({lane: 'train', split: 'train', epoch: 1, fromBatch: 0}, {signal: controller.signal});
	// It fails because it is broken off.
	const ended = pass.catch(() => undefined);
	const states = Array.from({length: lane.slots}, (_, index) => index * slotWords.words + slotWords.state);
	while (states.some(word => Atomics.load(words, word) % 2 === 0)) {
		await Promise.race([setTimeout(refillMs.few), feed.failed]);
	}

	controller.abort();
	await ended;
};

/** Announces the batches that were read again, as they are: the data lies in memory and costs nothing. */
const keepFilled = lane => {
	const words = wordsOf(lane);
	const timer = setInterval(() => {
		for (let index = 0; index < lane.slots; index++) {
			const word = index * slotWords.words + slotWords.state;
			const state = Atomics.load(words, word);
			if (state % 2 === 0) {
				Atomics.store(words, word, state + 1);
				Atomics.notify(words, word);
			}
		}
	}, lane.slots < many ? refillMs.few : refillMs.many);
	return () => {
		clearInterval(timer);
	};
};

/**
 * Opens the workers of a definition over batches that lie in memory in the order of their records: no stream, no
 * validation, no sinks.
 */
export const openSteps = async ({definition: file, data, sets = [], workers, seed = 1}) => {
	const loaded = await loadDefinition(file, {
		environment: {},
		sets: [...(data === undefined ? [] : dataSets(data)), 'data.validation=null', 'batches.shuffle=none', ...sets],
	});
	const {definition} = loaded;
	const feed = await createFeed(feedOptions(loaded, seed, {}), {signal: new AbortController().signal});
	const {model, options, batchSize} = engineOptions(loaded, feed, seed);
	const {train: {slot}} = planLanes(options, {isWhole: definition.batches.size === 'all'});
	const whole = Math.floor(feed.info.splits.train.count / batchSize);
	const slots = Math.max(1, Math.min(whole, limits.batches, Math.floor(limits.bytes / slotLayout(slot).bytes)));
	const lane = allocateLane({slot, slots});
	await fillOnce(feed, lane);
	await feed.close();

	const engine = await loadEngine(candidatesOf(definition.training.engine)[0]);
	const pool = await openPool({engine, model, options, workers, lanes: {train: lane}});
	await writeState(pool, engine, initialState(pool.plan, seed));
	const stop = keepFilled(lane);
	const {schedule} = resolveOptimizer(definition.training.optimizer);
	let step = 0;
	return {
		pool,
		engine,
		model,
		options,
		batchSize,
		/** Makes so many steps and resolves to what they came to. */
		async train(count) {
			const laps = {};
			let loss;
			const start = performance.now();
			for (const end = step + count; step < end;) {
				const reply = await pool.train({
					epoch: 1, firstStep: step + 1, firstOfEpoch: 1, maxSteps: end - step, signal: new AbortController().signal,
					learningRateAt: number => learningRateAt(schedule, number - 1),
					onStep(outcome) {
						({loss} = outcome);
					},
				});
				step += reply.steps;
				for (const [name, milliseconds] of Object.entries(reply.laps)) {
					laps[name] = (laps[name] ?? 0) + milliseconds;
				}

				if (reply.ending !== 'done') {
					throw new Error(`The steps ended with "${reply.ending}" after ${step}.`);
				}
			}

			return {seconds: (performance.now() - start) / 1000, loss, laps: Object.fromEntries(Object.entries(laps).map(([name, milliseconds]) => [name, milliseconds / count]))};
		},
		async close() {
			stop();
			await pool.close();
		},
	};
};
