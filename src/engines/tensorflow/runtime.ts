import {createRequire} from 'node:module';
import util from 'node:util';
import type * as Tf from '@tensorflow/tfjs';
import {firstLineOf} from '../../errors/thrown.ts';
import {createError} from '../../errors/threadloom-error.ts';

/** TensorFlow.js in this thread. */
export interface Runtime {
	readonly tf: typeof Tf;
	/** `tensorflow` with the native library, else `cpu`. */
	readonly backend: string;
	readonly version: string;
}

/** Functions that Node 23 took away and tfjs-node still calls. */
const restoreUtil = (): void => {
	const old = util as {isNullOrUndefined?: (value: unknown) => boolean; isArray?: (value: unknown) => boolean};
	old.isNullOrUndefined ??= value => value === null || value === undefined; // eslint-disable-line n/no-deprecated-api -- it is put back for those who call it
	old.isArray ??= value => Array.isArray(value); // eslint-disable-line n/no-deprecated-api -- likewise
};

/** Loads the native binding, or the package that needs none. @throws ENGINE_UNAVAILABLE */
export const loadRuntime = async (): Promise<Runtime> => {
	const require = createRequire(import.meta.url);
	restoreUtil();
	try {
		const tf = require('@tensorflow/tfjs-node') as typeof Tf;
		await tf.ready();
		return {tf, backend: tf.getBackend(), version: tf.version['tfjs-core'] ?? 'unknown'};
	} catch {
		// The binding is built by hand where its download is impossible; without it the plain package computes.
	}

	try {
		const tf = require('@tensorflow/tfjs') as typeof Tf;
		await tf.setBackend('cpu');
		return {tf, backend: tf.getBackend(), version: tf.version['tfjs-core'] ?? 'unknown'};
	} catch (error) {
		throw createError('ENGINE_UNAVAILABLE', {
			engine: 'tensorflow',
			reason: `neither @tensorflow/tfjs-node nor @tensorflow/tfjs loads (${firstLineOf(error)})`,
		}, {cause: error});
	}
};
