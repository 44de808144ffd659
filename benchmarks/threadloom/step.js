/**
 * Times bare training steps and prints one line of JSON. The argument is JSON: definition, data, batch, workers, warmup,
 * steps and sets, which are laid over the definition.
 */
import process from 'node:process';
import {modelSummary} from '../../dist/src/model/summary.js';
import {definitionOf, openSteps} from './session.js';

const {definition, data, batch, workers, warmup, steps, sets = []} = JSON.parse(process.argv[2]);
const session = await openSteps({definition: definitionOf(definition), data, sets: [...sets, `batches.size=${batch}`], workers});
const {pool, options, batchSize} = session;

/** Multiplications and additions of one image's step: forward, and twice as much back, but for what the first layer would tell its input. */
const operationsOf = model => {
	const weighted = modelSummary(model).rows.filter(({parameters}) => parameters > 0).map(({operations}) => operations);
	return 3 * weighted.reduce((sum, operations) => sum + operations, 0) - weighted[0];
};

await session.train(warmup);
const {seconds, loss, laps} = await session.train(steps);
await session.close();
console.log(JSON.stringify({
	imagesPerSecond: steps * batchSize / seconds,
	loss,
	peakBytes: process.resourceUsage().maxRSS * 1024,
	engine: `${pool.plan.engine} ${pool.plan.lowering.version}, ${pool.plan.lowering.family}`,
	workers,
	shards: options.shards,
	laps,
	operations: operationsOf(session.model),
}));
