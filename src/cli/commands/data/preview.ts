import {existsSync} from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {nearest} from '../../../definition/nearest.ts';
import type {Definition} from '../../../definition/schema.ts';
import {hasCode, messageOf} from '../../../errors/thrown.ts';
import {createError} from '../../../errors/threadloom-error.ts';
import {readOperatorConfig} from '../../../operators/resolve.ts';
import {previewData, type PreviewOptions} from '../../../runs/preview-data.ts';
import type {ExampleSpec} from '../../../tensor/example.ts';
import {formatTensor} from '../../../tensor/shape.ts';
import type {CommandContext} from '../../command.ts';
import {contactSheet} from '../../images/contact-sheet.ts';
import {pictureSize, toPicture, valueRange, type PictureSize} from '../../images/picture.ts';
import {terminalArt} from '../../images/terminal-art.ts';
import {usesColor} from '../../io.ts';
import {dataOptionsOf} from '../../load.ts';
import {captionOf} from './caption.ts';
import {loadData} from './load-data.ts';
import {tellEvents} from './open-network.ts';

const columns = 80;

/** How many operators the examples go through. @throws FLAG_VALUE */
const operatorsUpTo = (after: string | undefined, {operators}: Definition): number => {
	if (after === undefined) {
		return 0;
	}

	const names = operators.map(config => readOperatorConfig(config).name);
	const place = /^\d+$/u.test(after) ? Number(after) : names.indexOf(after) + 1;
	if (place >= 1 && place <= names.length) {
		return place;
	}

	const near = nearest(after, names);
	throw createError('FLAG_VALUE', {
		flag: '--after', value: after, expected: names.length === 0 ? 'left out: the definition has no operators' : `an operator of the definition (${names.join(', ')}) or its place from 1`,
		...(near !== undefined && {nearest: near}),
	});
};

/** @throws USAGE */
const sizeOfImages = ({features}: ExampleSpec): PictureSize => {
	const size = pictureSize(features);
	if (size === undefined) {
		throw createError('USAGE', {reason: `expected images, [height, width] with 1 or 3 channels or none. Received: ${formatTensor(features)}`});
	}

	return size;
};

/** Writes a file that must not be there. @throws OUTPUT_EXISTS, OUTPUT_UNWRITABLE */
const writeNew = async (file: string, bytes: Uint8Array, force: boolean): Promise<void> => {
	try {
		await fs.writeFile(file, bytes, {flag: force ? 'w' : 'wx'});
	} catch (error) {
		throw hasCode(error, 'EEXIST')
			? createError('OUTPUT_EXISTS', {path: file}, {cause: error})
			: createError('OUTPUT_UNWRITABLE', {path: file, reason: messageOf(error)}, {cause: error});
	}
};

/** Refuses a file that is there before anything is read. @throws OUTPUT_EXISTS */
const checkFree = (file: string, force: boolean): void => {
	if (!force && existsSync(file)) {
		throw createError('OUTPUT_EXISTS', {path: file});
	}
};

const isUtf8 = ({LC_ALL: all, LC_CTYPE: type, LANG: lang}: NodeJS.ProcessEnv): boolean => /utf-?8/iu.test([all, type, lang].find(value => value !== undefined && value !== '') ?? '');

/** Draws the first images of a split, in the terminal and as a contact sheet. */
export const run = async ({flags, output, signal}: CommandContext): Promise<void> => {
	const file = path.resolve(String(flags['out']));
	const force = flags['force'] === true;
	const split = flags['split'] as PreviewOptions['split'];
	checkFree(file, force);
	const loaded = await loadData(flags);
	const operators = operatorsUpTo(flags['after'] as string | undefined, loaded.definition);
	const after = operators === 0 ? undefined : readOperatorConfig(loaded.definition.operators[operators - 1]!).name;
	const {spec, examples} = await previewData(loaded, {split, count: Number(flags['count']), operators, check: sizeOfImages}, {...dataOptionsOf(flags), signal, onEvent: tellEvents(output)});
	if (examples.length === 0) {
		throw createError('USAGE', {reason: `nothing to show: no example of the ${split} split comes through`});
	}

	const {features: {shape, dtype}} = spec;
	const size = sizeOfImages(spec);
	const items = examples.map(({index, label, features}) => ({picture: toPicture(features, size), caption: `#${index} ${captionOf(label, spec.classes)}`}));
	await writeNew(file, contactSheet(items.map(({picture}) => picture)), force);
	const style = usesColor(flags['color'] as 'auto' | 'always' | 'never', process.stdout) && isUtf8(process.env) ? 'blocks' : 'ascii';
	output.print([
		`${split}, ${after === undefined ? 'as stored' : `after ${after}`}: ${examples.length} of ${spec.count === undefined || !Number.isFinite(spec.count) ? 'unknown' : spec.count.toLocaleString('en')}, ${formatTensor(spec.features)}`,
		...(dtype === 'uint8' ? [] : ['each image is drawn from its own least value (black) to its greatest (white)']),
		'',
		terminalArt(items, {style, columns}),
		'',
		`sheet  ${file}`,
	].join('\n'));
	output.data({
		split, ...(after !== undefined && {after: {name: after, position: operators}}), shape, dtype, count: examples.length, sheet: file,
		images: examples.map(({index, source, label, features}) => ({
			record: index, source, label: typeof label === 'number' ? label : [...label], caption: captionOf(label, spec.classes), ...valueRange(features),
		})),
	});
};
