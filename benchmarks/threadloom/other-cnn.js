/** Times bare steps of pipelines/other-cnn.yaml. The argument is JSON: lowering, workers, warmup and steps. */
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import {openSteps} from './session.js';

const {lowering, workers, warmup, steps} = JSON.parse(process.argv[2]);
const definition = fileURLToPath(new URL('../pipelines/other-cnn.yaml', import.meta.url));
const session = await openSteps({definition, sets: [`training.lowering=${lowering}`], workers});
await session.train(warmup);
const {seconds, loss} = await session.train(steps);
await session.close();
console.log(JSON.stringify({
	imagesPerSecond: steps * session.batchSize / seconds, loss, family: session.pool.plan.lowering.family,
	workers, shards: session.options.shards, peakBytes: process.resourceUsage().maxRSS * 1024,
}));
