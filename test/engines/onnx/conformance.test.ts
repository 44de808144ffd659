import test from 'ava';
import {createOnnxEngine} from '../../../src/engines/onnx/engine.ts';
import {engineConformance} from '../engine-conformance.ts';

await engineConformance(test, createOnnxEngine(), ['plain', 'auto']);
