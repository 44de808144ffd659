import test from 'ava';
import {decode} from 'fast-png';
import {captionOf} from '../../src/cli/commands/data/caption.ts';
import {contactSheet} from '../../src/cli/images/contact-sheet.ts';
import {pictureSize, shrink, toPicture} from '../../src/cli/images/picture.ts';
import {terminalArt} from '../../src/cli/images/terminal-art.ts';

const gray = (width: number, height: number) => ({width, height, channels: 1}) as const;

test('only shapes of images are images', t => {
	t.deepEqual([[2, 3], [2, 3, 1], [2, 3, 3]].map(shape => pictureSize({shape, dtype: 'uint8'})), [gray(3, 2), gray(3, 2), {width: 3, height: 2, channels: 3}]);
	for (const shape of [[], [4], [2, 3, 2], [2, 3, 4], [1, 2, 3, 1]]) {
		t.is(pictureSize({shape, dtype: 'uint8'}), undefined);
	}
});

test('numbers that are no bytes are drawn between their own ends', t => {
	t.deepEqual([...toPicture(Float32Array.of(-1, 0, 1, 1), gray(2, 2)).data], [0, 128, 255, 255]);
	t.deepEqual([...toPicture(Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, 1, 3), gray(2, 2)).data], [0, 255, 0, 255]);
	t.deepEqual([...toPicture(Int16Array.of(7, 7), gray(2, 1)).data], [0, 0]);
	t.deepEqual([...toPicture(Uint8Array.of(3, 7), gray(2, 1)).data], [3, 7]);
});

test('a picture keeps its proportions when it is made smaller', t => {
	const {width, height, data} = shrink({...gray(100, 50), data: new Uint8Array(5000).fill(9)}, {width: 39, height: 78});
	t.deepEqual([width, height, data.length, new Set(data)], [39, 19, 39 * 19, new Set([9])]);
});

test('colours reach the terminal and the sheet, and an odd last row stands alone', t => {
	const picture = {
		width: 1, height: 3, channels: 3, data: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255),
	} as const;
	t.is(
		terminalArt([{picture, caption: 'x'}], {style: 'blocks', columns: 80}),
		'\u001B[38;2;255;0;0m\u001B[48;2;0;255;0m▀\u001B[0m\n\u001B[38;2;0;0;255m\u001B[49m▀\u001B[0m\nx',
	);
	// Means of the brightness: (76 + 150) / 2 and 29 of 256, on a ramp of ten.
	t.is(terminalArt([{picture, caption: 'x'}], {style: 'ascii', columns: 80}), '=\n.\nx');
	const {width, height, channels, data} = decode(contactSheet([picture]));
	t.deepEqual([width, height, channels], [36, 100, 3]);
	const at = (x: number, y: number): readonly number[] => Array.from({length: 3}, (_, channel) => data[(((y * width) + x) * 3) + channel]!);
	t.deepEqual([at(1, 1), at(2, 2), at(33, 33), at(2, 34), at(33, 97), at(34, 97)], [[128, 128, 128], [255, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255], [128, 128, 128]]);
});

test('a label is a class, classes with their shares, or numbers, and draws nothing in the terminal', t => {
	const classes = ['a', 'b\u001B[2J'];
	t.is(captionOf(1, classes), 'b?[2J');
	t.is(captionOf(4, undefined), '4');
	t.is(captionOf(0.5, undefined), '0.500');
	t.is(captionOf(Float32Array.of(1, 0), classes), 'a');
	t.is(captionOf(Float32Array.of(0.25, 0.75), classes), 'a 0.25 b?[2J 0.75');
	t.is(captionOf(Float32Array.of(3, -1), undefined), '3.00 -1.00');
});
