import {createError} from '../../errors/threadloom-error.ts';
import {identityFromCanonical, identityToCanonical, openDataParallel, planDataParallel} from '../data-parallel.ts';
import type {Engine} from '../engine.ts';
import {createCompute} from './compute.ts';
import {loadRuntime} from './runtime.ts';

/** The engine on TensorFlow.js: its native library where it is built, else plain JavaScript. */
export const createTensorflowEngine = (): Engine => ({
	name: 'tensorflow',
	// A worker is a thread already; more inside it fight each other.
	environment: {TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '3'},
	async probe() {
		const {backend, version} = await loadRuntime();
		return {backend, version, family: 'eager'};
	},
	plan(model, options, lowering) {
		if (options.precision !== 'float32') {
			throw createError('PRECISION_UNSUPPORTED', {engine: 'tensorflow', precision: options.precision});
		}

		return planDataParallel('tensorflow', model, {options, lowering});
	},
	open: async (plan, memory, place) => openDataParallel(plan, memory, place, createCompute(plan, await loadRuntime())),
	toCanonical: identityToCanonical,
	fromCanonical: identityFromCanonical,
});
