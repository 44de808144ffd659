import {loadEngine} from '../engines/registry.ts';
import {toWire, type Outcome} from '../errors/wire.ts';
import {runMember} from './member.ts';
import type {PoolAnswer, PoolTask} from './task.ts';

/** The task that every thread of the pool runs. It never throws across the thread. */
const run = async (task: PoolTask): Promise<Outcome<PoolAnswer>> => {
	try {
		if (task.kind === 'load') {
			return {ok: true, value: {proven: await (await loadEngine(task.engine)).load?.(task.layers) ?? {}}};
		}

		if (task.kind === 'probe') {
			const engine = await loadEngine(task.engine);
			return {ok: true, value: {lowering: await engine.probe(task.model, task.options, task.proven)}};
		}

		if (task.kind === 'draft') {
			return {ok: true, value: {draft: await (await loadEngine(task.engine)).draft?.(task.model, task.options)}};
		}

		const engine = await loadEngine(task.plan.engine);
		const executor = await engine.open(task.plan, task.memory, task.place, task.draft);
		await runMember(task, executor);
		return {ok: true, value: {}};
	} catch (error) {
		return {ok: false, error: toWire(error)};
	}
};

export default run; // Piscina calls a worker's default export.
// Piscina requires the module; without this mark Node makes another one around it, and aborts the process where the thread ends meanwhile.
export const __esModule = true;
