import {createError} from '../../errors/threadloom-error.ts';
import {viewOf, type FloatArray} from '../../tensor/dtypes.ts';
import {openDataParallel, planDataParallel} from '../data-parallel.ts';
import type {Engine} from '../engine.ts';
import {factorBuffers, factoredLayers, tilesOfKernel} from './factors.ts';
import {chooseFamily, familyOf, likelyFamily, proveAhead} from './families.ts';
import {fromCanonicalOrder, toCanonicalOrder} from './kernel-layout.ts';
import {loadRuntime} from './runtime.ts';

/**
 * The engine on ONNX Runtime, which has no operators for training: the forward and backward graph is generated from
 * ordinary ones and run as inference.
 */
export const createOnnxEngine = (): Engine => ({
	name: 'onnx',
	// It would keep a record of every session for its maker, in files of the user's home and of the temporary folder.
	environment: {ORT_DISABLE_TELEMETRY: '1'},
	async load(layers) {
		const [runtime] = await Promise.all([loadRuntime(), import('./compute.ts')]);
		return proveAhead(runtime, layers);
	},
	async probe(model, options, proven = {}) {
		const runtime = await loadRuntime();
		const isUncopied = options.unsafeOutputs === true && await (await import('./uncopied.ts')).leavesOutputs(runtime);
		return {backend: 'cpu', version: runtime.version, family: await chooseFamily(runtime, model, options, proven), outputs: isUncopied ? 'uncopied' : 'copied'};
	},
	async draft(model, options) {
		const {predictionGraphOf, trainingGraphOf} = await import('./graphs-of-plan.ts');
		const lowering = {family: likelyFamily(model, options), outputs: options.unsafeOutputs === true ? 'uncopied' : 'copied'} as const;
		const {graph: training, prelude} = trainingGraphOf({model, options, lowering});
		return prelude === undefined ? {lowering, training, prediction: predictionGraphOf({model, options, lowering})} : undefined;
	},
	plan(model, options, lowering) {
		if (options.precision !== 'float32') {
			throw createError('PRECISION_UNSUPPORTED', {engine: 'onnx', precision: options.precision});
		}

		const factored = factoredLayers(model, options, familyOf(lowering.family).block);
		return planDataParallel('onnx', model, {options, lowering, products: factored.flatMap(layer => tilesOfKernel(layer)), exchange: factorBuffers(factored, options)});
	},
	async open(plan, memory, place, drafted) {
		const {family, outputs} = plan.lowering;
		const draft = drafted?.lowering.family === family && drafted.lowering.outputs === outputs ? drafted : undefined;
		const {createCompute} = await import('./compute.ts'); // What builds graphs is for workers alone.
		return openDataParallel(plan, memory, place, createCompute(plan, {memory, place, runtime: await loadRuntime(), draft}));
	},
	toCanonical({model, lowering}, _region, {buffer, byteOffset}, out) {
		toCanonicalOrder(model, familyOf(lowering.family).block, viewOf('float32', buffer, byteOffset, out.length) as FloatArray, out as FloatArray);
	},
	fromCanonical({model, lowering}, _region, vector, {buffer, byteOffset}) {
		fromCanonicalOrder(model, familyOf(lowering.family).block, vector as FloatArray, viewOf('float32', buffer, byteOffset, vector.length) as FloatArray);
	},
});
