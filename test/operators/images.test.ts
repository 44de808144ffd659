import test from 'ava';
import {from, lastValueFrom, Subject, take, toArray} from 'rxjs';
import {builtInOperators} from '../../src/operators/registry.ts';
import {createRandom, keyOf} from '../../src/random/generator.ts';
import {createMeter} from '../../src/stream/meter.ts';
import type {TypedArray} from '../../src/tensor/dtypes.ts';
import type {Example, ExampleSpec} from '../../src/tensor/example.ts';
import {oneHotVector} from '../../src/tensor/input-map.ts';

interface Given {
	readonly shape: readonly number[];
	readonly training?: boolean;
	readonly epoch?: number;
	readonly dtype?: 'uint8' | 'float32';
	readonly labels?: (index: number) => Example['label'];
	readonly classes?: number;
}

/** Runs one built-in operator over images. */
const run = async (name: string, options: unknown, images: ReadonlyArray<readonly number[]>, {shape, training = true, epoch = 1, dtype = 'uint8', labels = () => 0, classes}: Given): Promise<Example[]> => {
	const step = builtInOperators[name]!.bind(options, {name, position: 0});
	const spec: ExampleSpec = {features: {shape, dtype}, label: {shape: classes === undefined ? [] : [classes], dtype: classes === undefined ? 'int32' : 'float32'}, count: images.length};
	step.output(spec);
	const operator = step.create({
		signal: new AbortController().signal, epoch, training, meter: createMeter(), input: spec, random: createRandom(keyOf(epoch)),
	}, undefined);
	const examples = images.map((image, index) => ({
		index, source: 'test', features: dtype === 'uint8' ? Uint8Array.from(image) : Float32Array.from(image), label: labels(index),
	}));
	return lastValueFrom(operator(from(examples)).pipe(toArray()));
};

const pixels = async (...given: Parameters<typeof run>): Promise<number[][]> => {
	const out = await run(...given);
	return out.map(({features}) => [...features]);
};

const six = [1, 2, 3, 4, 5, 6];

const gives = test.macro({
	async exec(t, name: string, options: unknown, given: Given, [image, expected]: readonly [readonly number[], readonly number[]]) {
		t.deepEqual(await pixels(name, options, [image], given), [expected]);
	},
	title: (title, name, options) => `${name} ${JSON.stringify(options)}: ${title}`,
});

test('zeros come around the image', gives, 'pad', {}, {shape: [2, 1]}, [[1, 2], [0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 0]]);
test('each side may be another one', gives, 'pad', {padding: [[1, 0], [0, 2]], value: 9}, {shape: [2, 3]}, [six, [9, 9, 9, 9, 9, 1, 2, 3, 9, 9, 4, 5, 6, 9, 9]]);
test('channels stay together', gives, 'pad', {padding: [0, 1]}, {shape: [1, 2, 2]}, [[1, 2, 3, 4], [0, 0, 1, 2, 3, 4, 0, 0]]);

test('twice as large is halfway between the pixels', gives, 'resize', {height: 1, width: 4}, {shape: [1, 2]}, [[0, 100], [0, 25, 75, 100]]);
test('half as large is the mean of two', gives, 'resize', {height: 1, width: 2}, {shape: [2, 4], dtype: 'float32'}, [[1, 3, 5, 7, 3, 5, 7, 9], [3, 7]]);
test('the nearest pixel is copied', gives, 'resize', {height: 2, width: 3, interpolation: 'nearest'}, {shape: [4, 3]}, [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [4, 5, 6, 10, 11, 12]]);
test('the edges go where the aspect ratio differs', gives, 'resize', {height: 1, width: 1, cropToAspectRatio: true}, {shape: [1, 3]}, [[1, 2, 3], [2]]);
test('as large as before is the same', gives, 'resize', {height: 2, width: 3}, {shape: [2, 3]}, [six, six]);

test('every image moves by the lower end when both ends are the same', gives, 'random-shift', {heightFactor: [0.5, 0.5], fillMode: 'constant', fillValue: 9}, {shape: [2, 3]}, [six, [9, 9, 9, 1, 2, 3]]);
test('below 0 is to the left', gives, 'random-shift', {widthFactor: [-1 / 3, -1 / 3], fillMode: 'nearest'}, {shape: [2, 3]}, [six, [2, 3, 3, 5, 6, 6]]);
test('the mirrored image lies beyond the edge', gives, 'random-shift', {widthFactor: [2 / 3, 2 / 3]}, {shape: [2, 3]}, [six, [2, 1, 1, 5, 4, 4]]);
test('the image may go around', gives, 'random-shift', {widthFactor: [1 / 3, 1 / 3], fillMode: 'wrap'}, {shape: [2, 3]}, [six, [3, 1, 2, 6, 4, 5]]);
test('half a pixel is the mean of two', gives, 'random-shift', {widthFactor: [0.25, 0.25], fillMode: 'nearest'}, {shape: [1, 2], dtype: 'float32'}, [[2, 4], [2, 3]]);

test('a quarter turn is counter-clockwise', gives, 'random-rotation', {factor: [0.25, 0.25], interpolation: 'nearest'}, {shape: [3, 3]}, [[1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 6, 9, 2, 5, 8, 1, 4, 7]]);
test('a half turn reverses the pixels', gives, 'random-rotation', {factor: [0.5, 0.5]}, {shape: [2, 3]}, [six, six.toReversed()]);
test('an eighth of a turn mixes the fill value into the corners', gives, 'random-rotation', {factor: [0.125, 0.125], fillMode: 'constant'}, {shape: [3, 3]}, [[5, 5, 5, 5, 5, 5, 5, 5, 5], [3, 5, 3, 5, 5, 5, 3, 5, 3]]);

test('the whole image may be erased', gives, 'random-erasing', {factor: [1, 1], scale: [1, 1], fillValue: 7}, {shape: [2, 3]}, [six, [7, 7, 7, 7, 7, 7]]);
test('the ends of a factor may stand in either order', async t => {
	const images = Array.from({length: 20}, () => six);
	const given = {shape: [2, 3]};
	t.deepEqual(await pixels('random-shift', {widthFactor: [0.9, -0.3]}, images, given), await pixels('random-shift', {widthFactor: [-0.3, 0.9]}, images, given));
});

test('a factor of erasing is drawn from 0 to it', async t => {
	const out = await pixels('random-erasing', {factor: 1, scale: [1, 1], fillValue: 7}, Array.from({length: 600}, () => [1]), {shape: [1, 1]});
	const share = out.filter(([value]) => value === 7).length / out.length;
	t.true(share > 0.4 && share < 0.6, `${share}`);
});

test('what is written stays in the range', gives, 'random-erasing', {factor: [1, 1], scale: [1, 1], fillValue: 700, valueRange: [0, 200]}, {shape: [2, 3]}, [six, [200, 200, 200, 200, 200, 200]]);
test('nothing is erased at probability 0', gives, 'random-erasing', {factor: 0}, {shape: [2, 3]}, [six, six]);

test('a flip in each direction', async t => {
	const images = Array.from({length: 400}, () => six);
	const across = await pixels('random-flip', {mode: 'horizontal'}, images, {shape: [2, 3]});
	const down = await pixels('random-flip', {mode: 'vertical'}, images, {shape: [2, 3]});
	const both = await pixels('random-flip', {}, images, {shape: [2, 3]});
	const kinds = (all: number[][]) => [...new Set(all.map(String))].toSorted();
	t.deepEqual(kinds(across), ['1,2,3,4,5,6', '3,2,1,6,5,4']);
	t.deepEqual(kinds(down), ['1,2,3,4,5,6', '4,5,6,1,2,3']);
	t.is(kinds(both).length, 4);
	const flipped = across.filter(([first]) => first === 3).length;
	t.true(flipped > 150 && flipped < 250, `${flipped} of 400 were flipped`);
});

test('a crop is one of the windows, and each of them comes', async t => {
	const image = [1, 2, 3, 4, 5, 6, 7, 8, 9];
	const crops = await pixels('random-crop', {height: 2, width: 2}, Array.from({length: 200}, () => image), {shape: [3, 3]});
	t.deepEqual([...new Set(crops.map(String))].toSorted(), ['1,2,4,5', '2,3,5,6', '4,5,7,8', '5,6,8,9']);
});

test('outside training a crop is the middle, scaled or not', async t => {
	const image = [0, 0, 0, 0, 0, 8, 8, 0, 0, 8, 8, 0, 0, 0, 0, 0];
	const given = {shape: [4, 4], training: false};
	t.deepEqual(await pixels('random-crop', {height: 2, width: 2, otherwise: 'center'}, [image], given), [[8, 8, 8, 8]]);
	t.deepEqual(await pixels('random-crop', {height: 2, width: 2}, [image], given), [[2, 2, 2, 2]]);
});

test('an erased rectangle covers about its share, and noise stays in range', async t => {
	const size = 40;
	const images = Array.from({length: 100}, () => Array.from({length: size * size}, () => 300));
	const out = await pixels('random-erasing', {scale: [0.25, 0.25], factor: [1, 1]}, images, {shape: [size, size], dtype: 'float32'});
	for (const image of out) {
		const erased = image.filter(value => value !== 300);
		t.is(erased.length, size * size / 4);
		t.true(erased.every(value => value >= 0 && value <= 255));
	}
});

test('noise has the deviation that was asked for', async t => {
	const images = Array.from({length: 100}, () => Array.from({length: 99}, () => 100));
	const values = (await pixels('noise', {stddev: 3}, images, {shape: [99]})).flat();
	const mean = values.reduce((a, b) => a + b, 0) / values.length;
	const deviation = Math.sqrt(values.reduce((sum, value) => sum + ((value - mean) ** 2), 0) / values.length);
	t.true(Math.abs(mean - 100) < 0.1, `mean ${mean}`);
	t.true(Math.abs(deviation - 3) < 0.1, `deviation ${deviation}`);
});

test('mixup keeps the sum of features and of labels in a window, and shares are the same for both', async t => {
	const images = Array.from({length: 10}, (_, index) => [index === 0 ? 100 : 0, index]);
	const out = await run('mixup', {window: 4, alpha: 1}, images, {shape: [2], classes: 10, labels: index => oneHotVector(index, 10)});
	t.is(out.length, 10);
	for (const [index, {features, label}] of out.entries()) {
		const parts = [...label as TypedArray];
		t.true(Math.abs(parts.reduce((a, b) => a + b, 0) - 1) < 1e-6);
		const from = Math.floor(index / 4) * 4;
		t.true(parts.every((part, other) => part === 0 || (other >= from && other < from + 4)), 'partners are of one window');
		t.true(Math.abs(features[1]! - parts.reduce((sum, part, other) => sum + (part * other), 0)) < 1e-5);
	}

	t.true(out.some(({label}) => [...label as TypedArray].filter(part => part > 0.01).length === 2));
});

for (const [name, options] of Object.entries({
	'random-flip': {}, 'random-shift': {heightFactor: 0.9}, 'random-rotation': {factor: 0.5}, 'random-erasing': {}, noise: {stddev: 5},
})) {
	test(`${name} leaves validation and test alone, unless told otherwise`, async t => {
		const images = Array.from({length: 20}, (_, index) => [...six, index]).map(image => image.slice(0, 6));
		const given = {shape: [2, 3], training: false};
		t.deepEqual(await pixels(name, options, images, given), images);
		t.notDeepEqual(await pixels(name, {...options, when: 'always'}, images, given), images);
		t.notDeepEqual(await pixels(name, options, images, {shape: [2, 3]}), await pixels(name, options, images, {shape: [2, 3], epoch: 2}), 'another epoch is another draw');
	});
}

test('mixup leaves validation and test alone', async t => {
	const out = await run('mixup', {}, [[1, 2], [3, 4]], {shape: [2], training: false, classes: 2, labels: index => oneHotVector(index, 2)});
	t.deepEqual(out.map(({features}) => features), [Float32Array.of(1, 2), Float32Array.of(3, 4)]);
	t.deepEqual(out.map(({label}) => label), [Float32Array.of(1, 0), Float32Array.of(0, 1)]);
});

test('what an operator cannot take is told before any data is read', t => {
	const spec = (shape: readonly number[]): ExampleSpec => ({features: {shape, dtype: 'uint8'}, label: {shape: [], dtype: 'int32'}, count: 1});
	const bind = (name: string, options: unknown) => builtInOperators[name]!.bind(options, {name, position: 0});
	t.throws(() => bind('random-flip', {}).output(spec([784])), {code: 'OPERATOR_SPEC', message: /images \(height × width.*reshape them before/u});
	t.throws(() => bind('random-flip', {}).output(spec([2, 2, 3, 4])), {code: 'OPERATOR_SPEC', message: /not 2 × 2 × 3 × 4 uint8/u});
	t.throws(() => bind('random-crop', {height: 30, width: 2}).output(spec([28, 28])), {code: 'OPERATOR_SPEC', message: /at least 30 × 2/u});
	t.throws(() => bind('mixup', {}).output(spec([28, 28])), {code: 'OPERATOR_SPEC', message: /put one-hot before it/u});
	t.throws(() => bind('random-rotation', {}), {code: 'OPERATOR_OPTIONS', message: /factor/u});
});

test('mixup gives back what it holds, whoever ends it', t => {
	const input: ExampleSpec = {features: {shape: [2], dtype: 'uint8'}, label: {shape: [2], dtype: 'float32'}, count: 10};
	const meter = createMeter();
	const step = builtInOperators['mixup']!.bind({window: 4}, {name: 'mixup', position: 0});
	const mixing = step.create({signal: new AbortController().signal, random: createRandom(keyOf(1)), epoch: 1, training: true, meter, input}, undefined);
	const source = new Subject<Example>();
	const give = (count: number): void => {
		for (let index = 0; index < count; index++) {
			source.next({index, source: 'test', features: Uint8Array.of(index, 1), label: Float32Array.of(1, 0)});
		}
	};

	const subscription = source.pipe(mixing).subscribe();
	give(3);
	t.true(meter.held > 0);
	subscription.unsubscribe();
	t.is(meter.held, 0, 'unsubscribed');
	const going = source.pipe(mixing).subscribe();
	give(4);
	t.is(meter.held, 0, 'a window has left');
	going.unsubscribe();
	for (const count of [1, 4, 6, 8]) {
		source.pipe(mixing, take(count)).subscribe();
		give(10);
		t.is(meter.held, 0, `after ${count}`);
	}
});

test('mixup says what it holds', t => {
	const step = builtInOperators['mixup']!.bind({window: 10}, {name: 'mixup', position: 0});
	t.is(step.holds({features: {shape: [4], dtype: 'uint8'}, label: {shape: [2], dtype: 'float32'}, count: 1}), 10 * (4 + 16 + 2 * 8));
});
