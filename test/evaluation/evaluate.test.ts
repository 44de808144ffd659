import test from 'ava';
import type {PassSource} from '../../src/batching/pass.ts';
import {evaluateSplit} from '../../src/evaluation/evaluate.ts';
import type {Pool} from '../../src/pool/pool.ts';
import {modelOf, type Case} from '../engines/cases.ts';

const given: Case = {title: 'binary', input: [1], layers: [{dense: {units: 1, activation: 'sigmoid'}}], loss: 'binaryCrossentropy', label: 'index', rows: 4};
const never = new Promise<never>(() => {});

/** Goes on until it is told to stop. */
const untilAborted = async (signal: AbortSignal): Promise<never> => new Promise((_resolve, reject) => {
	signal.addEventListener('abort', () => {
		reject(signal.reason as Error);
	}, {once: true});
});

const fail = async (): Promise<never> => {
	throw new Error('mine');
};

const evaluate = async ({pass, score}: {readonly pass: (signal: AbortSignal) => Promise<never>; readonly score: (signal: AbortSignal) => Promise<never>}) => {
	const {plan} = {plan: {model: modelOf(given)}} as Pick<Pool, 'plan'>;
	const pool = {plan, failed: never, evaluate: async ({signal}) => score(signal)} as Pick<Pool, 'plan' | 'failed' | 'evaluate'> as Pool;
	const passes: PassSource = {failed: never, pass: async (_, {signal}) => pass(signal)};
	return evaluateSplit({pool, passes, split: 'test', signal: new AbortController().signal});
};

test('workers that fail end the pass that feeds them', async t => {
	await t.throwsAsync(evaluate({pass: untilAborted, score: fail}), {message: 'mine'});
});

test('a pass that fails ends the scoring', async t => {
	await t.throwsAsync(evaluate({pass: fail, score: untilAborted}), {message: 'mine'});
});
