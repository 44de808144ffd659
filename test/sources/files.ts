import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import type {ExecutionContext} from 'ava';
import {ThreadloomError} from '../../src/errors/threadloom-error.ts';
import type {ErrorCode} from '../../src/errors/catalogue.ts';
import {encodeIdxHeader, encodeIdxRecords} from '../../src/idx/encoder.ts';
import {allocate, type DType} from '../../src/tensor/dtypes.ts';

/** The bytes of an IDX file whose element number i is `fill(i)`. */
export const idxBytes = (dtype: DType, dimensions: readonly number[], fill: (index: number) => number = index => index * 7): Uint8Array => {
	const values = allocate(dtype, dimensions.reduce((product, dimension) => product * dimension, 1));
	for (let index = 0; index < values.length; index++) {
		values[index] = fill(index);
	}

	return Uint8Array.from([...encodeIdxHeader({dtype, dimensions}), ...encodeIdxRecords(values)]);
};

/** Writes images [count, 3, 2] of uint8 and labels 0, 1, 2, 0, …, gzipped; answers their paths. */
export const writePair = async (directory: string, count = 10, labelCount = count): Promise<{images: string; labels: string}> => {
	const images = path.join(directory, 'images.gz');
	const labels = path.join(directory, 'labels.gz');
	await writeFile(images, gzipSync(idxBytes('uint8', [count, 3, 2])));
	await writeFile(labels, gzipSync(idxBytes('uint8', [labelCount], index => index % 3)));
	return {images, labels};
};

/** Asserts that work fails with a code, its facts and its exit code. */
export const failsWith = async (
	t: ExecutionContext,
	work: Promise<unknown>,
	code: ErrorCode,
	{exitCode = 65, ...details}: {readonly [detail: string]: unknown; readonly exitCode?: number} = {},
): Promise<void> => {
	const error = await t.throwsAsync(work, {instanceOf: ThreadloomError});
	t.is(error?.code, code, error?.message);
	t.deepEqual({...error?.details, ...details}, {...error?.details});
	t.is(error?.exitCode, exitCode);
};

/** Cuts bytes into pieces of one length. */
export async function * pieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array, void> {
	for (let offset = 0; offset < bytes.length; offset += length) {
		yield bytes.subarray(offset, offset + length);
	}
}

export const signal = (): AbortSignal => new AbortController().signal;
