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
const families: Readonly<Record<string, Family>> = Object.fromEntries([plain, blocked(16), blocked(8), bytes].map(family => [family.name, family]));

/** The family of a recorded name. */
export const familyOf = (name: string): Family => families[name] ?? plain;

/** Whether a family differs from the plain one for a model. */
const isOfUse = (family: Family, model: Model, {input, rows, shards}: EngineOptions): boolean =>
	(family.readsBytes === true
		? multipliesBytes(model, input, rowsOfPass(model, rows / shards, family))
		: family.block !== undefined && model.layers.some(layer => layer.type === 'conv2d' || hasBlockedKernel(layer, family.block)));

/** The first of these families that computes what the plain one does; what is tried is noted. */
const firstProven = async (runtime: Runtime, names: readonly string[], proven: Record<string, boolean>): Promise<string | undefined> => {
	for (const name of names) {
		proven[name] ??= await (await import('./self-test.ts')).agreesWithPlain(runtime, families[name]!);
		if (proven[name]) {
			return name;
		}
	}

	return undefined;
};

/** The names of all families. */
export const familyNames = Object.keys(families);

/** Tries the families that layers of these types will have a use for, before anything else of a model is known. */
export const proveAhead = async (runtime: Runtime, layers: readonly string[]): Promise<Proven> => {
	const proven: Record<string, boolean> = {};
	await firstProven(runtime, layers.includes('conv2d') ? familyNames.filter(name => families[name]!.block !== undefined) : [], proven);
	return proven;
};

/** The families that differ from the plain one for a model, the best first. */
const familiesOfUse = (model: Model, options: EngineOptions): readonly string[] =>
	(options.lowering === 'plain' ? [] : familyNames.filter(name => isOfUse(families[name]!, model, options)));

/** Chooses the family for a model on this machine: the first one of use that computes what the plain one does. */
export const chooseFamily = async (runtime: Runtime, model: Model, options: EngineOptions, proven: Proven): Promise<string> =>
	await firstProven(runtime, familiesOfUse(model, options), {...proven}) ?? 'plain';

/** The family that is chosen where the best one is right. */
export const likelyFamily = (model: Model, options: EngineOptions): string => familiesOfUse(model, options)[0] ?? 'plain';
