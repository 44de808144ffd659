import type {EngineOptions} from '../engine.ts';
import type {Model} from '../../model/model.ts';
import {blocked} from './blocked/family.ts';
import type {Family} from './family.ts';
import {hasBlockedKernel} from './kernel-layout.ts';
import {plain} from './plain.ts';
import type {Runtime} from './runtime.ts';

/** Every family by the name that a run records. */
const families: Readonly<Record<string, Family>> = {plain, blocked16: blocked(16), blocked8: blocked(8)};

/** The family of a recorded name. */
export const familyOf = (name: string): Family => families[name] ?? plain;

/**
 * Chooses the family for a model on this machine: the first blocked one that computes what the plain one does, where
 * there is anything to block.
 */
export const chooseFamily = async (runtime: Runtime, model: Model, {lowering = 'auto'}: EngineOptions): Promise<string> => {
	if (lowering === 'plain') {
		return 'plain';
	}

	const {agreesWithPlain} = await import('./self-test.ts');
	for (const name of ['blocked16', 'blocked8']) {
		const {block} = families[name]!;
		if (model.layers.some(layer => layer.type === 'conv2d' || hasBlockedKernel(layer, block)) && await agreesWithPlain(runtime, families[name]!)) {
			return name;
		}
	}

	return 'plain';
};
