import {createError} from '../../errors/threadloom-error.ts';
import {recordsWithin} from '../../idx/reader.ts';
import {throwIfAborted} from '../../stream/abort.ts';
import type {DType, TypedArray} from '../../tensor/dtypes.ts';
import type {ExampleSpec, RecordChunk} from '../../tensor/example.ts';
import {bytesOf, sizeOf, type TensorSpec} from '../../tensor/shape.ts';
import type {ByteInput} from '../byte-input.ts';
import {defineSource} from '../define-source.ts';
import {convertNpy} from './convert.ts';
import {openNpy, type NpyBlock, type NpyReader} from './reader.ts';
import {npyOptions} from './schema.ts';

interface Opened {
	readonly images: NpyReader;
	readonly labels: NpyReader | undefined;
}

/** One integer a record is a class index; anything else keeps its shape. */
const labelSpec = (labels: NpyReader | undefined): TensorSpec => {
	if (labels === undefined) {
		return {shape: [], dtype: 'int32'};
	}

	const {record, type} = labels.header;
	const isSingle = sizeOf(record) === 1;
	return {shape: isSingle ? [] : record, dtype: isSingle && !type.code.startsWith('f') ? 'int32' : type.dtype};
};

/** A NumPy array of records, its first axis their number, and beside it one of labels. */
export const npySource = defineSource({
	options: npyOptions,
	create({npy, labels: labelsPath, classes}, {openInput}) {
		const imageInput = openInput(npy);
		const labelInput = labelsPath === undefined ? undefined : openInput(labelsPath);
		let described: {readonly features: NpyReader['header']; readonly label: NpyReader['header'] | undefined} | undefined;
		const inputs = [imageInput, ...(labelInput === undefined ? [] : [labelInput])];

		/** Closing ends what waits for a server, too. */
		const openOne = async (input: ByteInput, signal: AbortSignal): Promise<NpyReader> => {
			const closing = new AbortController();
			const reader = await openNpy(input.bytes({signal: AbortSignal.any([signal, closing.signal])}), input);
			return {
				...reader,
				async close() {
					closing.abort(createError('ABORTED', {reason: 'the file was closed'}));
					await reader.close();
				},
			};
		};

		const open = async (signal: AbortSignal): Promise<Opened> => {
			const images = await openOne(imageInput, signal);
			try {
				const labels = labelInput && await openOne(labelInput, signal);
				if (labels !== undefined && labels.header.count !== images.header.count) {
					await labels.close();
					throw createError('LENGTHS_DIFFER', {
						images: imageInput.path, labels: labelInput!.path, imageCount: images.header.count, labelCount: labels.header.count,
					});
				}

				return {images, labels};
			} catch (error) {
				await images.close();
				throw error;
			}
		};

		const specOf = ({images, labels}: Opened): ExampleSpec => ({
			features: {shape: images.header.record, dtype: images.header.type.dtype},
			label: labelSpec(labels),
			count: images.header.count,
			...(classes && {classes}),
		});

		const numbersOf = ({first, bytes}: NpyBlock, {header: {type, headerBytes, recordBytes}}: NpyReader, path: string, dtype: DType): TypedArray => {
			const {values, wrong} = convertNpy(bytes, type, dtype);
			if (wrong !== -1) {
				throw createError('NPY_VALUE', {
					path,
					record: first + Math.floor((wrong * type.bytes) / recordBytes),
					offset: headerBytes + (first * recordBytes) + (wrong * type.bytes),
					reason: `the value ${values[wrong]} of type ${type.code} is not finite or does not fit ${dtype}`,
				});
			}

			return values;
		};

		const checkLabels = (values: TypedArray, first: number, {header: {headerBytes, recordBytes}}: NpyReader): void => {
			const wrong = classes === undefined ? -1 : values.findIndex(label => !(label >= 0 && label < classes.length));
			if (wrong !== -1) {
				throw createError('LABEL_RANGE', {
					path: labelInput!.path, record: first + wrong, offset: headerBytes + ((first + wrong) * recordBytes), label: values[wrong]!, classes: classes!.length,
				});
			}
		};

		async function * read(opened: Opened, chunkBytes: number, signal: AbortSignal): AsyncGenerator<RecordChunk, void> {
			const {images, labels} = opened;
			const spec = specOf(opened);
			const records = Math.min(images.header.count, recordsWithin(chunkBytes, bytesOf(spec.features) + bytesOf(spec.label)));
			const labelBlocks = labels?.blocks(records);
			for await (const block of images.blocks(records)) {
				throwIfAborted(signal);
				const features = numbersOf(block, images, imageInput.path, spec.features.dtype);
				const labelBlock = await labelBlocks?.next();
				const values = labelBlock?.value ? numbersOf(labelBlock.value, labels!, labelInput!.path, spec.label.dtype) : new Int32Array(block.count);
				if (labels !== undefined && spec.label.shape.length === 0) {
					checkLabels(values, block.first, labels);
				}

				if (block.first + block.count === images.header.count) {
					for (const input of inputs) {
						await input.verify();
					}
				}

				yield {
					source: npy, first: block.first, count: block.count, features, labels: values,
				};
			}
		}

		const close = async ({images, labels}: Opened): Promise<void> => {
			await Promise.all([images.close(), labels?.close()]);
		};

		return {
			id: npy,
			isRepeatable: inputs.every(({isRepeatable = true}) => isRepeatable),
			async describe({signal}) {
				const opened = await open(signal);
				await close(opened);
				described = {features: opened.images.header, label: opened.labels?.header};
				return specOf(opened);
			},
			async * chunks({signal, chunkBytes}) {
				const opened = await open(signal);
				try {
					yield * read(opened, chunkBytes, signal);
				} finally {
					await close(opened);
				}
			},
			locate(record, part = 'features') {
				const header = described?.[part];
				return header && {file: (part === 'label' ? labelInput! : imageInput).path, offset: header.headerBytes + (record * header.recordBytes)};
			},
			digests: () => Object.fromEntries(inputs.flatMap(input => {
				const digest = input.digest();
				return digest === undefined ? [] : [[input.path, digest]];
			})),
		};
	},
});
