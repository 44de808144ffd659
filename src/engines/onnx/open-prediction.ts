import {sizeOf} from '../../tensor/shape.ts';
import type {EnginePlan} from '../engine.ts';
import {familyOf} from './families.ts';
import {floatsOf, rowsOf} from './feeds.ts';
import {predictionGraphOf} from './graphs-of-plan.ts';
import type {Opening} from './open-training.ts';
import type {WorkerMemory} from './worker-memory.ts';

/** The session that computes scores. */
export type Prediction = Awaited<ReturnType<typeof openPrediction>>;

/** Opens the session of the prediction graph, with everything that it reads and writes. */
export const openPrediction = async (plan: EnginePlan, {parameterFeeds}: Pick<WorkerMemory, 'parameterFeeds'>, {runtime, draft}: Pick<Opening, 'runtime' | 'draft'>) => {
	const {model, options: {input, evaluationRows, shards}, lowering} = plan;
	const outputs = sizeOf(model.output);
	const count = evaluationRows / shards;
	const features = rowsOf(runtime, input.slot.features, count);
	const scores = floatsOf(runtime, [count, outputs]);
	return {
		session: await runtime.open(draft?.prediction ?? predictionGraphOf(plan), {isFinal: familyOf(lowering.family).block !== undefined}),
		count, features, scores,
		feeds: {...parameterFeeds, features: features.tensor},
		fetches: {scores: scores.tensor},
	};
};
