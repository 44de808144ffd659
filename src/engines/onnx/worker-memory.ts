import type * as Ort from 'onnxruntime-node';
import {openKernels, type Kernels} from '../../kernels/compiled.ts';
import {allocateArena} from '../../kernels/memory.ts';
import type {DropoutLayer} from '../../model/layer.ts';
import {sizeOf} from '../../tensor/shape.ts';
import type {EnginePlan, Place, SharedMemory} from '../engine.ts';
import {maskName} from './build-graph.ts';
import {familyOf} from './families.ts';
import {floatsIn} from './feeds.ts';
import {cutOf} from './graphs-of-plan.ts';
import {tensorShapes} from './kernel-layout.ts';
import {createProducts, productBuffers} from './products.ts';
import type {Runtime} from './runtime.ts';

/** What kernels reach and sessions read in place in one worker: its parameters, masks, and what the products keep. */
export interface WorkerMemory {
	readonly kernels: Kernels | undefined;
	/** All parameters, in one vector. */
	readonly parameters: Float32Array;
	/** Inputs of every graph. */
	readonly parameterFeeds: Readonly<Record<string, Ort.Tensor>>;
	/** Rows that go through the training graph at a time. */
	readonly passRows: number;
	readonly factored: ReturnType<typeof cutOf>['factored'];
	readonly shapes: ReturnType<typeof tensorShapes>;
	readonly masks: ReadonlyArray<{readonly layer: DropoutLayer; readonly data: Float32Array; readonly tensor: Ort.Tensor}>;
	/** The sum of the passes, and the latest of them, where a shard has more than one. */
	readonly passes: Float32Array | undefined;
	readonly products: ReturnType<typeof createProducts> | undefined;
}

/** Allocates the memory of one worker. */
export const openWorkerMemory = (plan: EnginePlan, {memory, place, runtime}: {readonly memory: SharedMemory; readonly place: Place; readonly runtime: Runtime}): WorkerMemory => {
	const {model, options: {rows, shards}, lowering} = plan;
	const {rows: passRows, factored} = cutOf(plan);
	const shapes = tensorShapes(model, familyOf(lowering.family).block);
	const dropouts = model.layers.filter((layer): layer is DropoutLayer => layer.type === 'dropout');
	const hasPasses = passRows < rows / shards;
	const arena = allocateArena([
		{name: 'parameters', bytes: model.parameterCount * 4},
		...dropouts.map(layer => ({name: maskName(layer), bytes: passRows * sizeOf(layer.output) * 4})),
		...(hasPasses ? [{name: 'passes', bytes: 2 * model.parameterCount * 4}] : []),
		...productBuffers(plan, factored, place),
	], {shared: false});
	const own = (name: string): Float32Array => floatsIn(arena.buffers[name]!);

	const parameters = own('parameters');
	return {
		kernels: openKernels(arena.memory),
		parameters,
		parameterFeeds: Object.fromEntries(model.layout.map(({name, shape, offset}) =>
			[name, runtime.tensor('float32', parameters.subarray(offset, offset + sizeOf(shape)), shapes.get(name)!.parameter)])),
		passRows,
		factored,
		shapes,
		masks: dropouts.map(layer => {
			const data = own(maskName(layer));
			return {layer, data, tensor: runtime.tensor('float32', data, [passRows, ...layer.output])};
		}),
		passes: hasPasses ? own('passes') : undefined,
		products: factored.length === 0 ? undefined : createProducts(plan, {layers: factored, memory, place, runtime, arena, parameters}),
	};
};
