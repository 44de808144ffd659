import test from 'ava';
import {createOnnxEngine} from '../../../src/engines/onnx/engine.ts';
import {engineConformance} from '../engine-conformance.ts';

for (const lowering of ['plain', 'auto'] as const) {
	await engineConformance(test, createOnnxEngine(), {lowering});
}
