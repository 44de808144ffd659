import process from 'node:process';
import test from 'ava';
import {execa} from 'execa';

const crewModule = new URL('../../src/pool/crew.js', import.meta.url).href;

/** A process that starts threads on an engine, and ends them so many milliseconds later. */
const endingAfter = async (milliseconds: number) => execa(process.execPath, ['--input-type=module', '--eval', `
	import {setTimeout} from 'node:timers/promises';
	import {startCrew} from ${JSON.stringify(crewModule)};
	const crew = startCrew({name: 'onnx'}, 2, ['conv2d']);
	await setTimeout(${milliseconds});
	await crew.end();
`], {reject: false, timeout: 60_000});

test.serial('threads that load an engine are ended whenever it is, and the process lives on', async t => {
	for (let moment = 100; moment <= 400; moment += 25) {
		const {exitCode, signal, stderr} = await endingAfter(moment);
		t.is(exitCode, 0, `after ${moment} ms: ${signal ?? ''} ${stderr}`);
	}
});
