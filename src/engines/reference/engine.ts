import {derive, keyOf} from '../../random/generator.ts';
import {applyInputMap, expandLabels} from '../../tensor/apply-input-map.ts';
import {allocate, type FloatArray} from '../../tensor/dtypes.ts';
import {sizeOf} from '../../tensor/shape.ts';
import type {BatchSlot} from '../../tensor/slot.ts';
import {identityFromCanonical, identityToCanonical, openDataParallel, planDataParallel} from '../data-parallel.ts';
import type {Engine, EnginePlan} from '../engine.ts';
import type {ShardCompute} from '../shard-compute.ts';
import {scoreRows} from './head.ts';
import {createNetwork} from './network.ts';

/** Computes shards in plain TypeScript. */
const createCompute = ({model, options}: EnginePlan): ShardCompute => {
	const {input, rows, evaluationRows, shards, precision, seed} = options;
	const inputs = sizeOf(model.input);
	const outputs = sizeOf(model.output);
	const key = derive(keyOf(seed), 'dropout');
	const vector = (elements: number): FloatArray => allocate(precision, elements) as FloatArray;
	const build = (shardRows: number) => ({
		rows: shardRows,
		network: createNetwork(model, shardRows, precision),
		x: vector(shardRows * inputs),
		targets: vector(shardRows * outputs),
		scoreGradient: vector(shardRows * outputs),
	});
	// Buffers are made when first needed: a worker that only scores needs none of training's.
	let training: ReturnType<typeof build> | undefined;
	let scoring: ReturnType<typeof build> | undefined;
	let parameters = vector(0);

	const fill = ({x, rows: count}: ReturnType<typeof build>, slot: BatchSlot, first: number): void => {
		applyInputMap(input, slot.features.subarray(first * inputs, (first + count) * inputs), x, inputs);
	};

	return {
		load(current) {
			parameters = current;
		},
		gradients(shard, {slot, number, weightSum}, into) {
			training ??= build(rows / shards);
			const {network, x, targets, scoreGradient, rows: count} = training;
			const first = shard * count;
			fill(training, slot, first);
			const labelSize = slot.labels.length / rows;
			expandLabels(slot.labels.subarray(first * labelSize, (first + count) * labelSize), count, outputs, targets);
			const scores = network.forward(x, parameters, {key, step: number, firstRow: first});
			const outcome = scoreRows(model.head, {
				scores, targets, weights: slot.weights.subarray(first, first + count), gradient: scoreGradient, outputs, weightSum,
			});
			network.backward(parameters, scoreGradient, into);
			return outcome;
		},
		predict(tile, slot, into) {
			scoring ??= build(evaluationRows / shards);
			const first = tile * scoring.rows;
			fill(scoring, slot, first);
			into.set(scoring.network.forward(scoring.x, parameters, undefined), first * outputs);
		},
		async release() {}, // Nothing is held outside the heap.
	};
};

/** The engine in plain TypeScript: readable, always there, and in float64 the oracle that the others are checked against. */
export const createReferenceEngine = (): Engine => ({
	name: 'reference',
	probe: async () => ({backend: 'javascript', version: process.versions.v8, family: 'plain'}),
	plan: (model, options, lowering) => planDataParallel('reference', model, {options, lowering}),
	open: async (plan, memory, place) => openDataParallel(plan, memory, place, createCompute(plan)),
	toCanonical: identityToCanonical,
	fromCanonical: identityFromCanonical,
});
