/**
 * Makes many steps and prints the resident memory on the way as one line of JSON. The argument is JSON: definition, data,
 * batch, workers, warmup, steps and every.
 */
import process from 'node:process';
import {definitionOf, openSteps} from './session.js';

const {definition, data, batch, workers, warmup, steps, every} = JSON.parse(process.argv[2]);
const session = await openSteps({definition: definitionOf(definition), data, sets: [`batches.size=${batch}`], workers});
const resident = [];
await session.train(warmup);
for (let done = 0; done <= steps; done += every) {
	resident.push(process.memoryUsage.rss());
	if (done < steps) {
		await session.train(every);
	}
}

await session.close();
console.log(JSON.stringify({resident, every, shards: session.options.shards, workers, peakBytes: process.resourceUsage().maxRSS * 1024}));
