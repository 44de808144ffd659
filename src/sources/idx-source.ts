import {stat} from 'node:fs/promises';
import {openIdx, recordsWithin, type IdxReader} from '../idx/reader.ts';
import type {BlockOptions} from '../idx/block-decoder.ts';
import {createError} from '../errors/threadloom-error.ts';
import {throwIfAborted} from '../stream/abort.ts';
import {bytesPerElement} from '../tensor/dtypes.ts';
import type {ExampleSpec, RecordChunk} from '../tensor/example.ts';
import {bytesOf} from '../tensor/shape.ts';
import type {ByteInput} from './byte-input.ts';
import {createFileInput} from './file-input.ts';
import {labelsOf, labelSpec} from './idx-labels.ts';
import {createLimit} from './limit-bytes.ts';
import type {Source} from './source.ts';
import {unpack} from './unpack.ts';

export interface IdxSourceOptions {
	readonly id: string;
	/** An IDX file, gzipped or not, or its path. */
	readonly images: ByteInput | string;
	/** An IDX file with as many records, or its path; without it every label is 0. */
	readonly labels?: ByteInput | string;
	/** Digests that the files must have, in hex. */
	readonly sha256?: {readonly images?: string | undefined; readonly labels?: string | undefined};
	/** Names of the classes; labels are then checked against their number. */
	readonly classes?: readonly string[];
	/** Hears how many bytes of a file came after its last record; without it they end the reading. */
	readonly onTrailing?: ((path: string, bytes: number) => void) | undefined;
	/** Records of one pass, from the first on. @default all */
	readonly take?: number;
}

type Opening = Pick<Parameters<Source['chunks']>[0], 'signal'> & Partial<Pick<Parameters<Source['chunks']>[0], 'chunkBytes'>>;

interface Opened {
	readonly images: IdxReader;
	readonly labels: IdxReader | undefined;
}

const asInput = (input: ByteInput | string): ByteInput => (typeof input === 'string' ? createFileInput(input) : input);

/** Whether an input is a local file with nothing but what its header declares. */
const isUnpackedFile = async ({isLocal = false, path}: ByteInput, totalBytes: number): Promise<boolean> => isLocal && (await stat(path)).size === totalBytes;

const readThrough = async (bytes: AsyncGenerator<Uint8Array, void>): Promise<void> => {
	let done: boolean | undefined = false;
	while (!done) {
		({done} = await bytes.next());
	}
};

/**
 * Makes the source of an IDX file of records and, beside it, one of labels.
 *
 * Both files are read at the same pace. A label file of single integers gives class indices (scalar int32); one of
 * floats or of vectors keeps its element type and shape.
 * @throws from its methods: the codes of files, gzip and IDX; LENGTHS_DIFFER, LABEL_RANGE, SHA256_MISMATCH, SOURCE_CHANGED
 */
export const idxSource = ({id, images, labels, sha256 = {}, classes, onTrailing, take = Number.POSITIVE_INFINITY}: IdxSourceOptions): Source => {
	if (!(take >= 1)) {
		throw new RangeError(`Expected \`take\` to be at least 1. Received: ${take}`);
	}

	let isPlain = false;
	let described: {readonly features: IdxReader['header']; readonly label: IdxReader['header'] | undefined} | undefined;
	const imageFile = asInput(images);
	const labelFile = labels === undefined ? undefined : asInput(labels);
	const files: ReadonlyArray<{readonly file: ByteInput; readonly pin: string | undefined}> = [
		{file: imageFile, pin: sha256.images},
		...(labelFile === undefined ? [] : [{file: labelFile, pin: sha256.labels}]),
	];

	/** Closing ends a wait for bytes too: what unpacks reads ahead, and a server may keep it waiting. */
	const openFile = async (file: ByteInput, {signal, chunkBytes}: Opening): Promise<IdxReader> => {
		const closing = new AbortController();
		const limit = createLimit(file);
		const reader = await openIdx(unpack(limit.bytes(file.bytes({signal: AbortSignal.any([signal, closing.signal])})), {path: file.path, ...(chunkBytes !== undefined && {aheadBytes: chunkBytes})}), file);
		limit.declare(reader.header.totalBytes);
		return {
			...reader,
			async close() {
				closing.abort(createError('ABORTED', {reason: 'the file was closed'}));
				await reader.close();
			},
		};
	};

	const close = async (opened: Opened): Promise<void> => {
		await Promise.all([opened.images.close(), opened.labels?.close()]);
	};

	/** Reads both headers and compares the numbers of records. */
	const openBoth = async (opening: Opening): Promise<Opened> => {
		const imageReader = await openFile(imageFile, opening);
		let opened: Opened = {images: imageReader, labels: undefined};
		try {
			if (labelFile !== undefined) {
				opened = {images: imageReader, labels: await openFile(labelFile, opening)};
				const imageCount = imageReader.header.count;
				const labelCount = opened.labels!.header.count;
				if (imageCount !== labelCount) {
					throw createError('LENGTHS_DIFFER', {
						images: imageFile.path, labels: labelFile.path, imageCount, labelCount,
					});
				}
			}

			return opened;
		} catch (error) {
			await close(opened);
			throw error;
		}
	};

	/** A file that changed explains every other failure. */
	const explain = async (error: unknown): Promise<never> => {
		for (const {file} of files) {
			await file.verify();
		}

		throw error;
	};

	/** Checks what only holds at the end of a pass. After `take` the rest of a pinned file is read for its digest. */
	const finish = async (signal: AbortSignal): Promise<void> => {
		for (const {file, pin} of files) {
			if (pin !== undefined && file.digest() === undefined) {
				await readThrough(file.bytes({signal}));
			}

			await file.verify();

			const actual = file.digest();
			if (pin !== undefined && actual !== undefined && actual !== pin) {
				throw createError('SHA256_MISMATCH', {path: file.path, expected: pin, actual});
			}
		}
	};

	async function * read(opened: Opened, {chunkBytes, signal, reject}: Parameters<Source['chunks']>[0]): AsyncGenerator<RecordChunk, void> {
		const {header} = opened.images;
		const total = Math.min(header.count, take);
		const labelBytes = bytesOf(labelSpec(opened.labels));
		const recordsPerBlock = Math.min(total, recordsWithin(chunkBytes, header.recordBytes + labelBytes));
		// Equal blocks on both sides: the same numbers of records arrive together.
		const optionsFor = ({path}: ByteInput): Omit<BlockOptions, 'path'> => ({
			recordsPerBlock,
			onTrailing: onTrailing && (bytes => {
				onTrailing(path, bytes);
			}),
			onNonFinite: reject && (({record, offset, error}) => {
				reject({record, code: error.code, reason: error.message, file: path, offset});
			}),
		});
		const labelBlocks = labelFile && opened.labels?.blocks(optionsFor(labelFile));
		const imageBlocks = opened.images.blocks(optionsFor(imageFile));
		// Not `for await`: leaving early, that would wait for bytes that may not come; whoever opened the files closes them.
		for (let block = await imageBlocks.next(); !block.done; block = await imageBlocks.next()) {
			const {first, count, values} = block.value;
			throwIfAborted(signal);
			const labelBlock = await labelBlocks?.next();
			const blockLabels = labelBlock?.value ? labelsOf(labelBlock.value, opened.labels!, {path: labelFile!.path, classes: classes?.length, reject}) : new Int32Array(count);
			const wanted = Math.min(count, total - first);
			const isLast = first + wanted === total;
			if (isLast) {
				await finish(signal);
			}

			yield {
				source: id,
				first,
				count: wanted,
				features: values.subarray(0, wanted * (values.length / count)),
				labels: blockLabels.subarray(0, wanted * (blockLabels.length / count)),
			};
			if (isLast) {
				return;
			}
		}
	}

	return {
		id,
		isRepeatable: files.every(({file: {isRepeatable = true}}) => isRepeatable),
		async describe({signal}): Promise<ExampleSpec> {
			try {
				const opened = await openBoth({signal});
				await close(opened);
				const {header} = opened.images;
				described = {features: header, label: opened.labels?.header};
				isPlain = await isUnpackedFile(imageFile, header.totalBytes);
				return {
					features: {shape: header.record, dtype: header.dtype},
					label: labelSpec(opened.labels),
					count: Math.min(header.count, take),
					...(classes && {classes}),
				};
			} catch (error) {
				return explain(error);
			}
		},
		async * chunks(given) {
			let opened: Opened | undefined;
			try {
				opened = await openBoth(given);
				yield * read(opened, given);
			} catch (error) {
				await explain(error);
			} finally {
				if (opened !== undefined) {
					await close(opened);
				}
			}
		},
		raw: () => (isPlain && described !== undefined && bytesPerElement(described.features.dtype) === 1 ? {path: imageFile.path, offset: described.features.headerBytes} : undefined),
		locate(record, part = 'features') {
			const header = described?.[part];
			return header && {file: (part === 'label' ? labelFile! : imageFile).path, offset: header.headerBytes + (record * header.recordBytes)};
		},
		digests: () => Object.fromEntries(files.flatMap(({file}) => {
			const digest = file.digest();
			return digest === undefined ? [] : [[file.path, digest]];
		})),
	};
};
