import {dropoutMask} from '../../kernels/dropout-mask.ts';
import {reduceShards} from '../../kernels/reduce.ts';
import {derive, keyOf} from '../../random/generator.ts';
import type {TypedArray} from '../../tensor/dtypes.ts';
import {sizeOf} from '../../tensor/shape.ts';
import type {Draft, EnginePlan, Place, SharedMemory, Step} from '../engine.ts';
import type {ShardCompute} from '../shard-compute.ts';
import {rowsAt} from './feeds.ts';
import {openPrediction, type Prediction} from './open-prediction.ts';
import {openTraining, type Training} from './open-training.ts';
import type {Runtime, Session} from './runtime.ts';
import {areClasses, outcomeOf, writeVectors} from './told.ts';
import {openWorkerMemory} from './worker-memory.ts';

/** Rows of a shard that go through the graph together. */
interface Pass {
	readonly first: number;
	readonly count: number;
	/** Rows of the slot. */
	readonly total: number;
}

/** Computes shards with ONNX Runtime, one session a graph. */
export const createCompute = (plan: EnginePlan, {memory, place, runtime, draft}: {readonly memory: SharedMemory; readonly place: Place; readonly runtime: Runtime; readonly draft: Draft | undefined}): ShardCompute => {
	const {model, options: {input, rows, evaluationRows, shards, seed}} = plan;
	const outputs = sizeOf(model.output);
	const ofClasses = areClasses(input, outputs);
	const key = derive(keyOf(seed), 'dropout');
	const shardRows = rows / shards;
	const length = model.parameterCount;
	const own = openWorkerMemory(plan, {memory, place, runtime});
	const {parameters, parameterFeeds, kernels, products} = own;
	const opening = {memory, runtime, draft};
	// Opened when first needed: a worker may have nothing to train, or nothing to score.
	let training: Training | undefined;
	let prediction: Prediction | undefined;

	/** Writes the inputs of a pass; answers what the rows are scored by. */
	const fill = ({fixed, masks, count}: Training, {slot, number, weightSum}: Step, pass: Pass): {readonly labels: TypedArray; readonly weights: Float32Array} => {
		fixed.features.data.set(rowsAt(slot.features, pass));
		const labels = rowsAt(slot.labels, pass);
		if (ofClasses) {
			writeVectors(labels, fixed.labels.data as Float32Array, outputs);
		} else {
			fixed.labels.data.set(labels);
		}

		const weights = slot.weights.subarray(pass.first, pass.first + pass.count);
		fixed.scale.data.fill(0); // Rows that fill up the last pass are those of the one before.
		for (let row = 0; row < pass.count; row++) { // A full batch has so many rows that an iterator takes its time.
			fixed.scale.data[row] = weights[row]! / weightSum;
		}

		for (const {layer, data} of masks) {
			dropoutMask({key, step: number, layer: layer.index, firstRow: pass.first, rows: count, size: sizeOf(layer.output), rate: layer.rate, out: data}, kernels);
		}

		return {labels, weights};
	};

	/** Leaves the gradients of a shard where the other workers find them, and its factors in the exchange. */
	const hand = ({passes, gradients, factors}: Training, shard: number, into: Parameters<ShardCompute['gradients']>[2]): void => {
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
	};

	return {
		products,
		load(current, spans) {
			for (const {from, to} of spans) {
				parameters.set(current.subarray(from, to), from);
			}
		},
		async prepare() {
			training ??= await openTraining(plan, own, opening);
		},
		async gradients(shard, step, into) {
			training ??= await openTraining(plan, own, opening);
			const {session, prelude, count, told, passes, feeds, fetches} = training;
			const start = shard * shardRows;
			const end = start + shardRows;
			const outcome = {loss: 0, correct: 0};
			if (prelude !== undefined) {
				await prelude.session.run(parameterFeeds, prelude.fetches);
			}

			for (let first = start; first < end; first += count) {
				const scored = fill(training, step, {first, count: Math.min(count, end - first), total: rows});
				const running = session.run(feeds, fetches);
				if (running !== undefined) {
					await running;
				}

				if (first === start) {
					passes?.copyWithin(0, length);
				} else {
					reduceShards({shards: passes!, count: 2, length, from: 0, to: length, out: passes!}, kernels);
				}

				const {loss, correct} = outcomeOf(told, scored, outputs);
				outcome.loss += loss;
				outcome.correct += correct;
			}

			hand(training, shard, into);
			return outcome;
		},
		async predict(tile, slot, into) {
			prediction ??= await openPrediction(plan, own, opening);
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
