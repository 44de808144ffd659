import {setTimeout} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import type {ThreadloomError} from '../../src/errors/threadloom-error.ts';
import {watchProcess, type ProcessWatchOptions} from '../../src/runs/watch-process.ts';

const watch = (t: ExecutionContext, options: Partial<ProcessWatchOptions> = {}) => {
	const warnings: string[] = [];
	const faults: ThreadloomError[] = [];
	const watching = watchProcess({
		maxMemory: 1000 * 2 ** 20,
		memory: () => 0,
		stage: () => 'train',
		onWarning(message) {
			warnings.push(message);
		},
		onFull(error) {
			faults.push(error);
		},
		...options,
	});
	t.teardown(watching.dispose);
	return {watching, warnings, faults};
};

const until = async (isMet: () => boolean): Promise<void> => {
	while (!isMet()) {
		await setTimeout(10);
	}
};

test('memory is warned of once at 80 % of the limit, and the run ended once at 95 %', async t => {
	let mega = 799;
	let looks = 0;
	let near = 0;
	const {warnings, faults} = watch(t, {
		memory() {
			looks++;
			return mega * 2 ** 20;
		},
		onNear() {
			near++;
		},
	});
	const look = async (size: number): Promise<void> => {
		mega = size;
		const before = looks;
		await until(() => looks >= before + 2);
	};

	await look(799);
	t.deepEqual([warnings, faults, near], [[], [], 0]);
	await look(800);
	await look(949);
	t.deepEqual([warnings.length, faults.length, near], [1, 0, 1]);
	t.regex(warnings[0]!, /takes 800 MiB of the 1000 MiB/u);
	await look(950);
	await look(990);
	t.deepEqual([warnings.length, faults.length, near], [1, 1, 1]);
	t.like(faults[0], {code: 'MEMORY_EXHAUSTED', exitCode: 75, details: {megabytes: 950, limit: 1000}});
});

test('an event loop that was blocked for more than a second is told with the stage, and measured since the last question', async t => {
	let time = 0;
	const {watching, warnings} = watch(t, {now: () => time, active: () => time});
	time += 100 + 999;
	t.is(watching.loopLag(), 999);
	t.is(watching.loopLag(), 0);
	t.deepEqual(warnings, []);
	time += 100 + 2500;
	await until(() => warnings.length > 0);
	t.regex(warnings[0]!, /blocked for 2\.5 s \(stage: train\)/u);
	t.is(watching.loopLag(), 2500);
});

test('an event loop that only waited is late, and was not blocked', async t => {
	let time = 0;
	let looks = 0;
	const {watching, warnings} = watch(t, {now: () => time, active: () => time / 10, memory() {
		looks++;
		return 0;
	}});
	time += 100 + 2500;
	await until(() => looks >= 2);
	t.is(watching.loopLag(), 2500);
	t.deepEqual(warnings, []);
});

// Alone: the others would be held up, too.
test.serial('an event loop that computes for more than a second was blocked', async t => {
	const {warnings} = watch(t);
	await setTimeout(200);
	const end = performance.now() + 1300;
	while (performance.now() < end) {
		// It is held up.
	}

	await until(() => warnings.length > 0);
	t.regex(warnings[0]!, /^the event loop was blocked for \d+\.\d s \(stage: train\)$/u);
});
