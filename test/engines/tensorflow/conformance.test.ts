import test from 'ava';
import {createTensorflowEngine} from '../../../src/engines/tensorflow/engine.ts';
import {engineConformance} from '../engine-conformance.ts';

await engineConformance(test, createTensorflowEngine());
