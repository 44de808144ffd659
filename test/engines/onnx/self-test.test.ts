import {existsSync, readFileSync} from 'node:fs';
import fs from 'node:fs/promises';
import test from 'ava';
import {familyOf} from '../../../src/engines/onnx/families.ts';
import {loadRuntime} from '../../../src/engines/onnx/runtime.ts';
import {agreesWithPlain, graphsOf} from '../../../src/engines/onnx/self-test.ts';

const trials = new URL('../../../bundle/engines/onnx/trials/', import.meta.url);

for (const name of ['blocked16', 'blocked8', 'bytes']) {
	test(`${name}: the graphs of its trial are those that the build wrote down`, async t => {
		const graphs = Object.entries(graphsOf(familyOf(name)));
		t.is(graphs.length, 2);
		for (const [file, graph] of graphs) {
			t.true(Buffer.from(graph).equals(await fs.readFile(new URL(file, trials))), `${file} is another`);
		}
	});
}

const facts = '/proc/cpuinfo';
const processor = existsSync(facts) ? readFileSync(facts, 'utf8') : '';

// A family that computes something else is passed over, so that nothing but the speed would tell.
for (const [feature, names] of [['avx', ['blocked16', 'blocked8']], ['vnni', ['bytes']]] as const) {
	(processor.includes(feature) ? test : test.skip)(`a processor with ${feature} has one of the families ${names.join(', ')}`, async t => { // Others may lack the operators.
		const runtime = await loadRuntime();
		const agreements = await Promise.all(names.map(async name => agreesWithPlain(runtime, familyOf(name))));
		t.true(agreements.includes(true));
	});
}

test('a family that computes something else does not agree', async t => {
	const runtime = await loadRuntime();
	const plain = familyOf('plain');
	t.true(await agreesWithPlain(runtime, {...plain, name: 'same'}));
	const {dense} = plain.lowerings;
	const wrong = {...plain, name: 'wrong', lowerings: {...plain.lowerings, dense: ((context, layer, given) => dense(context, {...layer, activation: 'linear'}, given)) as typeof dense}};
	t.false(await agreesWithPlain(runtime, wrong));
});
