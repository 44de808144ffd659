import {setImmediate} from 'node:timers/promises';
import type {Engine} from '../engines/engine.ts';
import {allocate, type FloatArray} from '../tensor/dtypes.ts';
import {sizeOf} from '../tensor/shape.ts';
import type {Pool} from './pool.ts';

/** Canonical vectors by region: `parameters` and the optimizer's slots. */
export type State = Readonly<Record<string, FloatArray>>;

/** The bytes of every region, as the workers hold them. */
export type Regions = Readonly<Record<string, Uint8Array>>;

/** Converts what `copyOut` gave into canonical form, one region at a time, so that nothing else waits for long. */
export const toState = async ({plan}: Pick<Pool, 'plan'>, engine: Pick<Engine, 'toCanonical'>, regions: Regions): Promise<State> => {
	const length = plan.layout.reduce((sum, {shape}) => sum + sizeOf(shape), 0);
	const state: Record<string, FloatArray> = {};
	for (const {name} of plan.regions) {
		const out = allocate(plan.options.precision, length) as FloatArray;
		engine.toCanonical(plan, name, regions[name]!, out);
		state[name] = out;
		await setImmediate();
	}

	return state;
};

/** Reads the whole state out of the workers in canonical form. */
export const readState = async (pool: Pool, engine: Engine): Promise<State> => toState(pool, engine, await pool.copyOut());

/** Gives the workers the regions that a state in canonical form has. */
export const writeState = async (pool: Pool, engine: Engine, state: State): Promise<void> => {
	const given = pool.plan.regions.map(({name}) => name).filter(name => state[name] !== undefined);
	await pool.copyIn(given, (region, into) => {
		engine.fromCanonical(pool.plan, region, state[region]!, into);
	});
};
