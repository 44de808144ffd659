import test from 'ava';
import {createReferenceEngine} from '../../../src/engines/reference/engine.ts';
import {engineConformance} from '../engine-conformance.ts';

await engineConformance(test, createReferenceEngine());
