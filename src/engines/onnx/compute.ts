import type * as Ort from 'onnxruntime-node';
import {openKernels} from '../../kernels/compiled.ts';
import {dropoutMask} from '../../kernels/dropout-mask.ts';
import {allocateArena} from '../../kernels/memory.ts';
import {reduceShards} from '../../kernels/reduce.ts';
import type {DropoutLayer} from '../../model/layer.ts';
import {derive, keyOf} from '../../random/generator.ts';
import {allocate, type FloatArray, type TypedArray} from '../../tensor/dtypes.ts';
import {sizeOf, type TensorSpec} from '../../tensor/shape.ts';
import type {BatchSlot} from '../../tensor/slot.ts';
import type {Draft, EnginePlan, Place, SharedMemory} from '../engine.ts';
import type {ShardCompute} from '../shard-compute.ts';
import {gradientName, maskName} from './build-graph.ts';
import {factorNames, factorShapes} from './factors.ts';
import {familyOf} from './families.ts';
import {cutOf, predictionGraphOf, trainingGraphOf} from './graphs-of-plan.ts';
import {tensorShapes} from './kernel-layout.ts';
import {createProducts, productBuffers} from './products.ts';
import type {Runtime, Session} from './runtime.ts';
import {areClasses, outcomeOf, toldShapes, writeVectors} from './told.ts';

/** An input of a graph: memory of this thread, which the session reads in place. */
interface Feed<A extends TypedArray = TypedArray> {
	readonly data: A;
	readonly tensor: Ort.Tensor;
}

/** Computes shards with ONNX Runtime, one session a graph. */
export const createCompute = (plan: EnginePlan, {memory, place, runtime, draft}: {readonly memory: SharedMemory; readonly place: Place; readonly runtime: Runtime; readonly draft: Draft | undefined}): ShardCompute => {
	const {model, options, lowering} = plan;
	const {input, rows, evaluationRows, shards, seed} = options;
	const outputs = sizeOf(model.output);
	const family = familyOf(lowering.family);
	const ofClasses = areClasses(input, outputs);
	const isUncopied = lowering.outputs === 'uncopied';
	// The runtime fuses what is standard; blocked operators are what it would make of it.
	const isFinal = family.block !== undefined;
	const key = derive(keyOf(seed), 'dropout');

	const feed = ({shape, dtype}: TensorSpec): Feed => {
		const data = allocate(dtype, sizeOf(shape));
		return {data, tensor: runtime.tensor(dtype, data, shape)};
	};

	const floats = (shape: readonly number[]): Feed<Float32Array> => feed({shape, dtype: 'float32'}) as Feed<Float32Array>;

	const {rows: passRows, factored} = cutOf(plan);
	const shapes = tensorShapes(model, family.block);
	const dropouts = model.layers.filter((layer): layer is DropoutLayer => layer.type === 'dropout');
	const shardRows = rows / shards;
	const length = model.parameterCount;
	// What kernels reach and sessions read in place: one vector for all parameters, masks, and what the products keep.
	const arena = allocateArena([
		{name: 'parameters', bytes: model.parameterCount * 4},
		...dropouts.map(layer => ({name: maskName(layer), bytes: passRows * sizeOf(layer.output) * 4})),
		// The sum of the passes, and the latest of them.
		...(passRows < shardRows ? [{name: 'passes', bytes: 2 * length * 4}] : []),
		...productBuffers(plan, factored, place),
	], {shared: false});
	const kernels = openKernels(arena.memory);
	const own = (name: string): Float32Array => {
		const {buffer, byteOffset, byteLength} = arena.buffers[name]!;
		return new Float32Array(buffer, byteOffset, byteLength / 4);
	};

	const parameters = own('parameters');
	const products = factored.length === 0 ? undefined : createProducts(plan, {layers: factored, memory, place, runtime, arena, parameters});
	const parameterFeeds = Object.fromEntries(model.layout.map(({name, shape, offset}) =>
		[name, runtime.tensor('float32', parameters.subarray(offset, offset + sizeOf(shape)), shapes.get(name)!.parameter)]));

	const rowsOf = ({shape, dtype}: TensorSpec, count: number): Feed => feed({shape: [count, sizeOf(shape)], dtype});
	const sharedFloats = (name: string): Float32Array => {
		const {buffer, byteOffset, byteLength} = memory.exchange[name]!;
		return new Float32Array(buffer, byteOffset, byteLength / 4);
	};

	/** Rows of a slot that has as many as `total`. The runtime reads no shared memory: they are to be copied. */
	const rowsAt = (from: TypedArray, {first, count, total}: {readonly first: number; readonly count: number; readonly total: number}): TypedArray => {
		const size = from.length / total;
		return from.subarray(first * size, (first + count) * size);
	};

	const openTraining = async () => {
		const count = passRows;
		const masks = dropouts.map(layer => {
			const data = own(maskName(layer));
			return {layer, data, tensor: runtime.tensor('float32', data, [count, ...layer.output])};
		});
		const fixed = {
			features: rowsOf(input.slot.features, count),
			labels: ofClasses ? floats([count, outputs]) : rowsOf(input.slot.label, count),
			scale: floats([count, 1]),
		};
		const told = Object.fromEntries(Object.entries(toldShapes(model, input, count)).map(([name, shape]) => [name, floats(shape)]));
		const passes = passRows < shardRows ? own('passes') : undefined;
		const gradients = model.layout.filter(entry => factored.every(({kernel}) => kernel.name !== entry.name)).map(entry => {
			const shape = shapes.get(entry.name)!.gradient;
			const data = passes?.subarray(length + entry.offset, length + entry.offset + sizeOf(shape)) ?? allocate('float32', sizeOf(shape));
			return {entry, data, tensor: runtime.tensor('float32', data, shape)};
		});
		const factors = factored.flatMap(layer => {
			const [names, dims] = [factorNames(layer.layer), factorShapes(layer)];
			return [{name: names.cut, ...floats(dims.cut)}, {name: names.whole, ...floats(dims.whole)}];
		}).map(({name, data, tensor}) => ({name, data, tensor, shared: sharedFloats(name)}));
		const built = draft === undefined ? trainingGraphOf(plan) : {graph: draft.training, prelude: undefined};
		const given = Object.fromEntries(Object.entries(built.prelude?.given ?? {}).map(([name, spec]) => [name, feed(spec)]));
		const tensors = (feeds: Readonly<Record<string, Feed>>) => Object.fromEntries(Object.entries(feeds).map(([name, {tensor}]) => [name, tensor]));
		return {
			session: await runtime.open(built.graph, {isUncopied, isFinal}),
			prelude: built.prelude && {session: await runtime.open(built.prelude.graph), fetches: tensors(given)},
			count, masks, fixed, told, passes, gradients, factors,
			feeds: {...parameterFeeds, ...tensors(fixed), ...tensors(given), ...Object.fromEntries(masks.map(({layer, tensor}) => [maskName(layer), tensor]))},
			fetches: {
				...tensors(told),
				...Object.fromEntries(gradients.map(({entry, tensor}) => [gradientName(entry.name), tensor])),
				...Object.fromEntries(factors.map(({name, tensor}) => [name, tensor])),
			},
		};
	};

	const openPrediction = async () => {
		const count = evaluationRows / shards;
		const features = rowsOf(input.slot.features, count);
		const scores = floats([count, outputs]);
		return {
			session: await runtime.open(draft?.prediction ?? predictionGraphOf(plan), {isFinal}),
			count, features, scores,
			feeds: {...parameterFeeds, features: features.tensor},
			fetches: {scores: scores.tensor},
		};
	};

	// Opened when first needed: a worker may have nothing to train, or nothing to score.
	let training: Awaited<ReturnType<typeof openTraining>> | undefined;
	let prediction: Awaited<ReturnType<typeof openPrediction>> | undefined;

	return {
		products,
		load(current, spans) {
			for (const {from, to} of spans) {
				parameters.set(current.subarray(from, to), from);
			}
		},
		async prepare() {
			training ??= await openTraining();
		},
		async gradients(shard, {slot, number, weightSum}, into) {
			training ??= await openTraining();
			const {session, prelude, count, masks, fixed, told, passes, gradients, factors, feeds, fetches} = training;
			const end = (shard + 1) * shardRows;
			const outcome = {loss: 0, correct: 0};
			if (prelude !== undefined) {
				await prelude.session.run(parameterFeeds, prelude.fetches);
			}

			for (let first = shard * shardRows; first < end; first += count) {
				const part = {first, count: Math.min(count, end - first), total: rows};
				fixed.features.data.set(rowsAt(slot.features, part));
				const labels = rowsAt(slot.labels, part);
				if (ofClasses) {
					writeVectors(labels, fixed.labels.data as Float32Array, outputs);
				} else {
					fixed.labels.data.set(labels);
				}

				const weights = slot.weights.subarray(first, first + part.count);
				fixed.scale.data.fill(0); // Rows that fill up the last pass are those of the one before.
				for (let row = 0; row < part.count; row++) { // A full batch has so many rows that an iterator takes its time.
					fixed.scale.data[row] = weights[row]! / weightSum;
				}

				for (const {layer, data} of masks) {
					dropoutMask({key, step: number, layer: layer.index, firstRow: first, rows: count, size: sizeOf(layer.output), rate: layer.rate, out: data}, kernels);
				}

				const running = session.run(feeds, fetches);
				if (running !== undefined) {
					await running;
				}

				if (first === shard * shardRows) {
					passes?.copyWithin(0, length);
				} else {
					reduceShards({shards: passes!, count: 2, length, from: 0, to: length, out: passes!}, kernels);
				}

				const {loss, correct} = outcomeOf(told, {labels, weights}, outputs);
				outcome.loss += loss;
				outcome.correct += correct;
			}

			if (passes === undefined) {
				for (const {entry, data} of gradients) {
					into.set(data, entry.offset);
				}
			} else {
				into.set(passes.subarray(0, length));
			}

			for (const {data, shared} of factors) {
				shared.set(data, shard * data.length);
			}

			return outcome;
		},
		async predict(tile: number, slot: BatchSlot, into: Float32Array) {
			prediction ??= await openPrediction();
			const {session, count, features, scores, feeds, fetches} = prediction;
			features.data.set(rowsAt(slot.features, {first: tile * count, count, total: evaluationRows}));
			const running = session.run(feeds, fetches);
			if (running !== undefined) {
				await running;
			}

			into.set(scores.data, tile * count * outputs);
		},
		async release() {
			const sessions = [training?.session, training?.prelude?.session, prediction?.session].filter((session): session is Session => session !== undefined);
			await Promise.all([...sessions.map(async session => session.release()), products?.release()]);
		},
	};
};
