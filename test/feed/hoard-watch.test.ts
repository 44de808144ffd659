import test from 'ava';
import {createHoardWatch} from '../../src/feed/hoard-watch.ts';

const mebibyte = 2 ** 20;
const suspects = [{name: './a.js', position: 0}, {name: './b.js', position: 2}];

/** A watch over a stream that may hold 10 MiB, of a thread whose memory the test says, with 1024 examples given so far. */
const open = () => {
	const memory = {taken: 5 * mebibyte, kept: 5 * mebibyte, collections: 0};
	const warnings: string[] = [];
	const found: Array<readonly [number, string]> = [];
	const watch = createHoardWatch({
		memory: 10 * mebibyte,
		accounted: () => 0,
		suspects,
		given: () => 1024,
		lookEvery: 0,
		onWarning(message) {
			warnings.push(message);
		},
		threadMemory: {
			taken: () => memory.taken,
			kept() {
				memory.collections++;
				return memory.kept;
			},
		},
	});
	for (const {position} of suspects) {
		watch.onFound(position, ({message}) => {
			found.push([position, message]);
		});
	}

	return {
		watch, memory, warnings, found,
		takes(mebibytes: number, kept = mebibytes) {
			Object.assign(memory, {taken: mebibytes * mebibyte, kept: kept * mebibyte});
			watch.look();
		},
		/** Answers what is asked for. */
		answers(position: number, kibibytes: ReadonlyArray<number | undefined>) {
			for (let window = 0; watch.asks(position); window++) {
				const bytes = kibibytes[window % kibibytes.length];
				watch.answer(position, bytes && bytes * 1024);
			}
		},
	};
};

test('nobody is measured while the thread keeps what it may, or what is more is garbage', t => {
	const {watch, memory, takes} = open();
	takes(30);
	t.is(memory.collections, 0, 'it is 25 MiB more than before, and 26 MiB may be');
	for (let look = 0; look < 100; look++) {
		takes(90, 30);
	}

	t.true(memory.collections > 1 && memory.collections < 10, `garbage is collected less and less often: ${memory.collections}`);
	t.false(watch.asks(0) || watch.asks(2));
});

test('who explains at least half of what is too much is found, with what it keeps', t => {
	const {takes, answers, found, warnings} = open();
	takes(45);
	answers(0, [0]);
	answers(2, [30]);
	takes(45);
	t.deepEqual(found.map(([position]) => position), [2]);
	t.regex(found[0]![1], /"\.\/b\.js" \(operators\[2\]\) keeps about 30 MiB of the 1024 examples/u);
	t.deepEqual(warnings, []);
});

test('who keeps a little of what is too much is not found, and all are told, again only when it is twice as much', t => {
	const {watch, takes, answers, found, warnings} = open();
	takes(45);
	answers(0, [8]);
	answers(2, [8]);
	takes(45);
	t.deepEqual(found, []);
	t.is(warnings.length, 1);
	t.regex(warnings[0]!, /keeps 40 MiB that nothing accounts for; it may be "\.\/a\.js" \(operators\[0\]\) or "\.\/b\.js" \(operators\[2\]\)/u);
	takes(80);
	t.false(watch.asks(0));
	takes(86);
	t.true(watch.asks(0));
});

test('a few windows that were disturbed decide nothing, nor does the first', t => {
	const {takes, answers, found} = open();
	takes(45);
	answers(0, [900, 0, 0, 500, 0, 0, 500, 0]);
	answers(2, [0, 30, -500, 30, 30, 0, 30, 30]);
	takes(45);
	t.deepEqual(found.map(([position]) => position), [2]);
});

test('who cannot be measured is not found, and nothing waits for who is given no examples', t => {
	const {takes, answers, found, warnings} = open();
	takes(45);
	answers(0, [undefined]);
	for (let look = 0; look < 400 && warnings.length === 0; look++) {
		takes(45);
	}

	t.deepEqual(found, []);
	t.is(warnings.length, 1);
});

test('a search on request warns of who keeps much, and ends nothing', t => {
	const {watch, takes, answers, found, warnings} = open();
	takes(20);
	watch.search();
	t.false(watch.asks(0), 'a thread keeps so much for itself');
	takes(25);
	watch.search();
	answers(0, [15]);
	answers(2, [0]);
	takes(25);
	t.deepEqual(found, []);
	t.regex(warnings[0]!, /"\.\/a\.js" \(operators\[0\]\) keeps about 15 MiB/u);
});
