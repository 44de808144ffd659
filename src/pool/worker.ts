import {loadEngine} from '../engines/registry.ts';
import type {Lowering} from '../engines/engine.ts';
import {toWire, type Outcome} from '../errors/wire.ts';
import {runMember} from './member.ts';
import type {PoolTask} from './task.ts';

/** The task that every thread of the pool runs. It never throws across the thread. */
const run = async (task: PoolTask): Promise<Outcome<Lowering | undefined>> => {
	try {
		if (task.kind === 'load') {
			await (await loadEngine(task.engine)).load?.();
			return {ok: true, value: undefined};
		}

		if (task.kind === 'probe') {
			const engine = await loadEngine(task.engine);
			return {ok: true, value: await engine.probe(task.model, task.options)};
		}

		const engine = await loadEngine(task.plan.engine);
		const executor = await engine.open(task.plan, task.memory, task.place);
		await runMember(task, executor);
		return {ok: true, value: undefined};
	} catch (error) {
		return {ok: false, error: toWire(error)};
	}
};

export default run; // Piscina calls a worker's default export.
