import {Buffer} from 'node:buffer';
import {createHash} from 'node:crypto';
import path from 'node:path';
import {messageOf} from '../../errors/thrown.ts';
import {createError, ThreadloomError} from '../../errors/threadloom-error.ts';
import {recordsWithin} from '../../idx/reader.ts';
import {throwIfAborted} from '../../stream/abort.ts';
import type {RecordChunk} from '../../tensor/example.ts';
import {sizeOf, type Shape} from '../../tensor/shape.ts';
import {createScale} from '../../tensor/scale-image.ts';
import {defineSource} from '../define-source.ts';
import type {Source} from '../source.ts';
import type {Pixels} from './decode-image.ts';
import {listImages, type ImageList} from './list-images.ts';
import {folderOptions} from './schema.ts';

const maximumFileBytes = 64 * 1024 * 1024;

/** What is wrong with one image, and not with the disk or the folder. */
const codesOfImages: ReadonlySet<string> = new Set(['IMAGE_UNREADABLE', 'IMAGE_SIZE', 'EMPTY', 'NOT_A_FILE']);

/** With two decoders that other sources do without. */
const loadDecoder = async () => import('./decode-image.ts');

/** PNG and JPEG files in one folder a class; records are in the order of the classes' and then of the files' names. */
export const folderSource = defineSource({
	options: folderOptions,
	create({folder, imageSize, colorMode, classes: named}, {openInput, resolve}): Source {
		const root = resolve(folder);
		const channels = colorMode === 'rgb' ? 3 : 1;
		let listed: Promise<ImageList> | undefined;
		let files: ImageList['files'] | undefined;
		let decoder: ReturnType<typeof loadDecoder> | undefined;
		let shape: Shape | undefined;
		let digest: string | undefined;

		const list = async (): Promise<ImageList> => {
			listed ??= listImages(root, {classes: named});
			listed.catch(() => {
				// Whoever comes next may try again.
				listed = undefined;
			});
			return listed;
		};

		const bytesOf = async (name: string, record: number, signal: AbortSignal): Promise<Buffer> => {
			const pieces: Uint8Array[] = [];
			let length = 0;
			for await (const piece of openInput(path.join(root, name)).bytes({signal})) {
				length += piece.length;
				if (length > maximumFileBytes) {
					throw createError('IMAGE_UNREADABLE', {path: path.join(root, name), record, reason: `it has more than ${maximumFileBytes} bytes`});
				}

				pieces.push(piece);
			}

			return Buffer.concat(pieces);
		};

		const decode = async (bytes: Uint8Array, name: string, record: number): Promise<Pixels> => {
			decoder ??= loadDecoder(); // Once: to import it again for each image takes as long as a small one.
			const {decodeImage, withChannels} = await decoder;
			try {
				return withChannels(decodeImage(bytes), channels);
			} catch (error) {
				throw createError('IMAGE_UNREADABLE', {path: path.join(root, name), record, reason: messageOf(error)}, {cause: error});
			}
		};

		/** The shape of every record: as asked for, else that of the first file. */
		const shapeOf = async (signal: AbortSignal): Promise<Shape> => {
			if (shape === undefined) {
				const {files: [first]} = await list();
				const {height, width} = imageSize === undefined
					? await decode(await bytesOf(first!.name, 0, signal), first!.name, 0)
					: {height: imageSize[0], width: imageSize[1]};
				shape = colorMode === 'rgb' ? [height, width, 3] : [height, width];
			}

			return shape;
		};

		const write = (pixels: Pixels, [height, width]: Shape, out: Uint8Array, name: string, record: number): void => {
			if (pixels.height === height && pixels.width === width) {
				out.set(pixels.data);
			} else if (imageSize === undefined) {
				throw createError('IMAGE_SIZE', {path: path.join(root, name), record, expected: `${height} × ${width}`, received: `${pixels.height} × ${pixels.width}`});
			} else {
				createScale({
					window: {top: 0, left: 0, height: pixels.height, width: pixels.width}, to: {height: height!, width: width!}, interpolation: 'bilinear', dtype: 'uint8',
				}, pixels)(pixels.data, out);
			}
		};

		return {
			id: folder,
			async describe({signal}) {
				throwIfAborted(signal);
				const {classes, files: all} = await list();
				files = all;
				return {features: {shape: await shapeOf(signal), dtype: 'uint8'}, label: {shape: [], dtype: 'int32'}, count: all.length, classes};
			},
			async * chunks({signal, chunkBytes, reject}) {
				throwIfAborted(signal);
				const {files: all} = await list();
				const recordShape = await shapeOf(signal);
				const size = sizeOf(recordShape);
				const rows = recordsWithin(chunkBytes, size + 4);
				const hash = createHash('sha256');
				for (let first = 0; first < all.length; first += rows) {
					const part = all.slice(first, first + rows);
					const features = new Uint8Array(part.length * size);
					for (const [row, {name}] of part.entries()) {
						throwIfAborted(signal);
						hash.update(name).update('\0');
						const record = first + row;
						const attempt = async (): Promise<void> => {
							const bytes = await bytesOf(name, record, signal);
							hash.update(createHash('sha256').update(bytes).digest());
							write(await decode(bytes, name, record), recordShape, features.subarray(row * size, (row + 1) * size), name, record);
						};

						if (reject === undefined) {
							await attempt();
						} else {
							try {
								await attempt();
							} catch (error) {
								if (!(error instanceof ThreadloomError && codesOfImages.has(error.code))) {
									throw error;
								}

								reject({record, code: error.code, reason: error.message, file: path.join(root, name)});
							}
						}
					}

					if (first + part.length === all.length) {
						const now = hash.digest('hex');
						digest ??= now;
						if (digest !== now) {
							throw createError('SOURCE_CHANGED', {path: root, reason: 'its files are others than in the first pass'});
						}
					}

					yield {
						source: folder, first, count: part.length, features, labels: Int32Array.from(part, ({label}) => label),
					} satisfies RecordChunk;
				}
			},
			locate: record => files === undefined ? undefined : {file: path.join(root, files[record]?.name ?? '')},
			digests: () => (digest === undefined ? {} : {[root]: digest}),
		};
	},
});
