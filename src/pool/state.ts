import type {Engine} from '../engines/engine.ts';
import {allocate, type FloatArray} from '../tensor/dtypes.ts';
import {sizeOf} from '../tensor/shape.ts';
import type {Pool} from './pool.ts';

/** Canonical vectors by region: `parameters` and the optimizer's slots. */
export type State = Readonly<Record<string, FloatArray>>;

/** Reads the whole state out of the workers in canonical form. */
export const readState = async (pool: Pool, engine: Engine): Promise<State> => {
	const {plan} = pool;
	const physical = await pool.copyOut();
	return Object.fromEntries(plan.regions.map(({name}) => {
		const out = allocateVector(pool);
		engine.toCanonical(plan, name, physical[name]!, out);
		return [name, out];
	}));
};

/** Gives the workers a whole state in canonical form. */
export const writeState = async (pool: Pool, engine: Engine, state: State): Promise<void> => {
	await pool.copyIn((region, into) => {
		engine.fromCanonical(pool.plan, region, state[region]!, into);
	});
};

const allocateVector = ({plan}: Pool): FloatArray => {
	const length = plan.layout.reduce((sum, {shape}) => sum + sizeOf(shape), 0);
	return allocate(plan.options.precision, length) as FloatArray;
};
