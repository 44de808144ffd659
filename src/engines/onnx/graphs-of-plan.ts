import type {EnginePlan} from '../engine.ts';
import {buildPredictionGraph, buildTrainingGraph, type TrainingGraph} from './build-graph.ts';
import {factoredLayers, type FactoredLayer} from './factors.ts';
import {familyOf} from './families.ts';
import {rowsOfPass} from './passes.ts';

type Compiled = Pick<EnginePlan, 'model' | 'options'> & {readonly lowering: Pick<EnginePlan['lowering'], 'family' | 'outputs'>};

/** Rows of a shard that go through its graph at a time, and the layers whose factors are exchanged. */
export const cutOf = ({model, options, lowering}: Compiled): {readonly rows: number; readonly factored: readonly FactoredLayer[]} => {
	const family = familyOf(lowering.family);
	const shardRows = options.rows / options.shards;
	const factored = factoredLayers(model, options, family.block);
	// The factors of products are those of all rows, which are few then.
	return {rows: factored.length === 0 ? rowsOfPass(model, shardRows, family) : shardRows, factored};
};

/** The training graph of a plan. */
export const trainingGraphOf = (plan: Compiled): TrainingGraph => {
	const {model, options, lowering} = plan;
	const {rows, factored} = cutOf(plan);
	return buildTrainingGraph(model, {
		family: familyOf(lowering.family),
		input: options.input,
		rows, factored,
		isUncopied: lowering.outputs === 'uncopied',
		isPass: rows < options.rows / options.shards,
	});
};

/** The graph by which a plan scores. */
export const predictionGraphOf = ({model, options: {input, evaluationRows, shards}, lowering}: Compiled): Uint8Array =>
	buildPredictionGraph(model, {family: familyOf(lowering.family), input, rows: evaluationRows / shards});
