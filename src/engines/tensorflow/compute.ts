import type * as Tf from '@tensorflow/tfjs';
import {dropoutMask} from '../../kernels/dropout-mask.ts';
import {derive, keyOf} from '../../random/generator.ts';
import {applyInputMap, expandLabels} from '../../tensor/apply-input-map.ts';
import {sizeOf} from '../../tensor/shape.ts';
import type {BatchSlot} from '../../tensor/slot.ts';
import type {EnginePlan} from '../engine.ts';
import {weightedSum, type ShardCompute} from '../shard-compute.ts';
import {rowHits, rowLosses} from './head.ts';
import {forward} from './layers.ts';
import type {Runtime} from './runtime.ts';

/** Computes shards with TensorFlow.js, its gradients by automatic differentiation. */
export const createCompute = ({model, options}: EnginePlan, {tf}: Runtime): ShardCompute => {
	const {input, rows, evaluationRows, shards, seed} = options;
	const inputs = sizeOf(model.input);
	const outputs = sizeOf(model.output);
	const key = derive(keyOf(seed), 'dropout');
	// Variables keep their buffers; `load` assigns new values.
	let variables: ReadonlyArray<readonly [string, Tf.Variable]> = [];

	const readFeatures = (slot: BatchSlot, first: number, count: number): Tf.Tensor => {
		const x = new Float32Array(count * inputs);
		applyInputMap(input, slot.features.subarray(first * inputs, (first + count) * inputs), x, inputs);
		return tf.tensor(x, [count, ...model.input]);
	};

	const readTargets = (slot: BatchSlot, first: number, count: number): Tf.Tensor => {
		const targets = new Float32Array(count * outputs);
		const labelSize = slot.labels.length / rows;
		expandLabels(slot.labels.subarray(first * labelSize, (first + count) * labelSize), count, outputs, targets);
		return tf.tensor(targets, [count, outputs]);
	};

	const drawMasks = (step: number, first: number, count: number): ReadonlyMap<string, Tf.Tensor> => new Map(model.layers.flatMap(layer => {
		if (layer.type !== 'dropout') {
			return [];
		}

		const size = sizeOf(layer.output);
		const out = new Float32Array(count * size);
		dropoutMask({key, step, layer: layer.index, firstRow: first, rows: count, size, rate: layer.rate, out});
		return [[layer.name, tf.tensor(out, [count, ...layer.output])] as const];
	}));

	const parameterMap = (): ReadonlyMap<string, Tf.Tensor> => new Map(variables);

	return {
		load(parameters) {
			const tensors = model.layout.map(({name, shape, offset}) => [
				name, tf.tensor(Float32Array.from(parameters.subarray(offset, offset + sizeOf(shape))), [...shape]),
			] as const);
			if (variables.length === 0) {
				variables = tensors.map(([name, tensor]) => [name, tf.variable(tensor)]);
			} else {
				for (const [index, [, tensor]] of tensors.entries()) {
					variables[index]![1].assign(tensor);
				}
			}

			tf.dispose(tensors.map(([, tensor]) => tensor));
		},
		gradients(shard, {slot, number, weightSum}, into) {
			const count = rows / shards;
			const first = shard * count;
			const weights = slot.weights.slice(first, first + count);
			return tf.tidy(() => {
				const x = readFeatures(slot, first, count);
				const targets = readTargets(slot, first, count);
				const masks = drawMasks(number, first, count);
				const scale = tf.tensor1d(weights.map(weight => weight / weightSum));
				let losses: Tf.Tensor | undefined;
				let hits: Tf.Tensor | undefined;
				const {grads} = tf.variableGrads(() => {
					const scores = forward(tf, model, {x, parameters: parameterMap(), masks}).reshape([count, outputs]);
					losses = tf.keep(rowLosses(tf, model.head, scores, targets));
					hits = rowHits(tf, model.head, scores, targets);
					hits &&= tf.keep(hits);
					return tf.sum(tf.mul(losses, scale)).asScalar();
				}, variables.map(([, variable]) => variable));
				for (const [index, {offset}] of model.layout.entries()) {
					into.set(grads[variables[index]![1].name]!.dataSync(), offset);
				}

				const outcome = {loss: weightedSum(losses!.dataSync(), weights), correct: hits === undefined ? 0 : weightedSum(hits.dataSync(), weights)};
				tf.dispose([losses!, ...(hits === undefined ? [] : [hits])]);
				return outcome;
			});
		},
		predict(tile, slot, into) {
			const count = evaluationRows / shards;
			tf.tidy(() => {
				const scores = forward(tf, model, {x: readFeatures(slot, tile * count, count), parameters: parameterMap(), masks: new Map()});
				into.set(scores.dataSync(), tile * count * outputs);
			});
		},
		async release() {
			tf.dispose(variables.map(([, variable]) => variable));
		},
	};
};
