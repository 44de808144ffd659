/**
 * Times each stage of the stream and each kernel beside its plain twin, warm, and prints nanoseconds an element.
 *
 *   node micro.js [PART OF A NAME]
 */
import process from 'node:process';
import {Bench} from 'tinybench';
import {kernelTasks} from './micro/kernels.js';
import {streamTasks} from './micro/stream.js';

/** Milliseconds that each task is repeated for. */
const time = 300;

const wanted = process.argv[2];
const tasks = [...kernelTasks(), ...streamTasks()].filter(({name}) => wanted === undefined || name.includes(wanted));
const bench = new Bench({time, warmupTime: 50});
for (const {name, run} of tasks) {
	bench.add(name, run);
}

await bench.run();
const width = Math.max(...tasks.map(({name}) => name.length));
console.log(`${''.padEnd(width)}  ns an element        elements`);
for (const [index, {name, elements, element}] of tasks.entries()) {
	const {result} = bench.tasks[index];
	if (result.error !== undefined) {
		throw result.error;
	}

	const {p50, p75} = result.latency;
	const nanoseconds = milliseconds => (milliseconds * 1e6 / elements).toPrecision(3);
	console.log(`${name.padEnd(width)}  ${nanoseconds(p50).padStart(8)} (p75 ${nanoseconds(p75)})  ${elements.toLocaleString('en')} ${element}s`);
}
