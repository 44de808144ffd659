import type {EngineOptions, Proven} from '../engine.ts';
import type {Model} from '../../model/model.ts';
import {blocked} from './blocked/family.ts';
import {bytes} from './bytes/family.ts';
import type {Family} from './family.ts';
import {multipliesBytes} from './first-dense.ts';
import {hasBlockedKernel} from './kernel-layout.ts';
import {plain} from './plain.ts';
import {rowsOfPass} from './passes.ts';
import type {Runtime} from './runtime.ts';

/** Every family by the name that a run records. */
const families: Readonly<Record<string, Family>> = {plain, blocked16: blocked(16), blocked8: blocked(8), bytes};

/** The family of a recorded name. */
export const familyOf = (name: string): Family => families[name] ?? plain;

/** Whether a family differs from the plain one for a model. */
const isOfUse = (family: Family, model: Model, {input, rows, shards}: EngineOptions): boolean =>
	(family.readsBytes === true
		? multipliesBytes(model, input, rowsOfPass(model, rows / shards, family))
		: family.block !== undefined && model.layers.some(layer => layer.type === 'conv2d' || hasBlockedKernel(layer, family.block)));

/** Tries the families that layers of these types will have a use for, before anything else of a model is known. */
export const proveAhead = async (runtime: Runtime, layers: readonly string[]): Promise<Proven> => {
	const proven: Record<string, boolean> = {};
	if (layers.includes('conv2d')) {
		const {agreesWithPlain} = await import('./self-test.ts');
		for (const [name, family] of Object.entries(families).filter(([, {block}]) => block !== undefined)) {
			proven[name] = await agreesWithPlain(runtime, family);
			if (proven[name]) {
				break;
			}
		}
	}

	return proven;
};

/** Chooses the family for a model on this machine: the first one of use that computes what the plain one does. */
export const chooseFamily = async (runtime: Runtime, model: Model, options: EngineOptions, proven: Proven): Promise<string> => {
	if (options.lowering === 'plain') {
		return 'plain';
	}

	const {agreesWithPlain} = await import('./self-test.ts');
	for (const [name, family] of Object.entries(families)) {
		if (isOfUse(family, model, options) && (proven[name] ?? await agreesWithPlain(runtime, family))) {
			return name;
		}
	}

	return 'plain';
};
