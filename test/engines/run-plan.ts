import {allocateMemory, type Draft, type Engine, type EngineOptions, type EnginePlan, type Executor, type SharedMemory, type Step} from '../../src/engines/engine.ts';
import type {Model} from '../../src/model/model.ts';
import {createOptimizer} from '../../src/optimizers/registry.ts';
import {tilesOf} from '../../src/engines/tiles.ts';
import {allocate, viewOf, type FloatArray} from '../../src/tensor/dtypes.ts';
import type {BatchSlot} from '../../src/tensor/slot.ts';

/** A plan that runs in this thread, with as many executors as there would be workers. */
export interface OpenPlan {
	readonly plan: EnginePlan;
	readonly memory: SharedMemory;
	/** Runs every phase of one training step. */
	readonly step: (step: Omit<Step, 'weightSum' | 'isMeasured'>) => Promise<void>;
	readonly predict: (slot: BatchSlot) => Promise<Float32Array>;
	readonly parameters: () => FloatArray;
	/** The physical bytes of every region. */
	readonly copyOut: () => Readonly<Record<string, Uint8Array>>;
	readonly copyIn: (state: Readonly<Record<string, Uint8Array>>) => void;
	/** The summed gradient of the last step, before clipping; products take no part in it. */
	readonly gradient: () => FloatArray;
	readonly outcome: () => {readonly loss: number; readonly correct: number; readonly gradientNorm: number; readonly finite: boolean};
	readonly release: () => Promise<void>;
}

/** Opens a plan for `workers` workers that take turns in one thread. */
export const openPlan = async (engine: Engine, model: Model, options: EngineOptions, {parameters, workers = 1, draft}: {
	readonly parameters: ArrayLike<number>;
	readonly workers?: number;
	readonly draft?: Draft | undefined;
}): Promise<OpenPlan> => {
	const plan = engine.plan(model, options, await engine.probe(model, options));
	const memory = allocateMemory(plan);
	const executors: Executor[] = [];
	for (let worker = 0; worker < workers; worker++) {
		executors.push(await engine.open(plan, memory, {worker, workers}, draft));
	}

	const copyIn: OpenPlan['copyIn'] = state => {
		for (const [name, physical] of Object.entries(state)) {
			for (const executor of executors) {
				executor.copyIn(name, physical);
			}
		}
	};

	const copyOut: OpenPlan['copyOut'] = () => Object.fromEntries(plan.regions.map(({name, bytes}) => {
		const physical = new Uint8Array(bytes);
		for (const executor of executors) {
			executor.copyOut(name, physical);
		}

		return [name, physical];
	}));

	const optimizer = createOptimizer(options.optimizer);
	for (const {name, bytes} of plan.regions) {
		const vector = allocate(options.precision, model.parameterCount) as FloatArray;
		if (name === 'parameters') {
			vector.set(parameters);
		} else {
			vector.fill(optimizer.initialValue(name));
		}

		const physical = new Uint8Array(bytes);
		engine.fromCanonical(plan, name, vector, physical);
		copyIn({[name]: physical});
	}

	const view = ({buffer, byteOffset}: Uint8Array): FloatArray => viewOf(options.precision, buffer, byteOffset, model.parameterCount) as FloatArray;
	return {
		plan,
		memory,
		async step(step) {
			const weightSum = step.slot.weights.reduce((a, b) => a + b, 0);
			for (const [phase, {tiles}] of plan.phases.entries()) {
				for (const [worker, executor] of executors.entries()) {
					for (const tile of tilesOf(tiles, {worker, workers})) {
						await executor.run(phase, tile, {...step, weightSum, isMeasured: true});
					}
				}
			}
		},
		async predict(slot) {
			const size = model.output.reduce((a, b) => a * b, 1);
			const outputs = new Float32Array(options.evaluationRows * size);
			for (const [worker, executor] of executors.entries()) {
				for (const tile of tilesOf(plan.predictTiles, {worker, workers})) {
					await executor.predict(tile, slot, outputs);
				}
			}

			return outputs;
		},
		parameters() {
			const out = allocate(options.precision, model.parameterCount) as FloatArray;
			engine.toCanonical(plan, 'parameters', copyOut()['parameters']!, out);
			return out;
		},
		copyOut,
		copyIn,
		gradient: () => view(memory.exchange['sum']!).slice(),
		outcome() {
			const [loss, correct, gradientNorm, finite] = new Float64Array(memory.exchange['outcome']!.slice().buffer);
			return {loss: loss!, correct: correct!, gradientNorm: gradientNorm!, finite: finite === 1};
		},
		async release() {
			for (const executor of executors) {
				await executor.release();
			}
		},
	};
};
