import {allocate} from '../../tensor/dtypes.ts';
import {sizeOf} from '../../tensor/shape.ts';
import type {Draft, EnginePlan, SharedMemory} from '../engine.ts';
import {gradientName, maskName} from './build-graph.ts';
import {factorNames, factorShapes} from './factors.ts';
import {familyOf} from './families.ts';
import {feedOf, floatsIn, floatsOf, rowsOf, tensorsOf} from './feeds.ts';
import {trainingGraphOf} from './graphs-of-plan.ts';
import type {Runtime} from './runtime.ts';
import {areClasses, toldShapes} from './told.ts';
import type {WorkerMemory} from './worker-memory.ts';

/** What opens the sessions of one worker. */
export interface Opening {
	readonly memory: SharedMemory;
	readonly runtime: Runtime;
	readonly draft: Draft | undefined;
}

/** The session that computes gradients, with the prelude of a step that has several passes. */
export type Training = Awaited<ReturnType<typeof openTraining>>;

/** Opens the session of the training graph, with everything that it reads and writes. */
export const openTraining = async (plan: EnginePlan, {parameterFeeds, passRows: count, factored, shapes, masks, passes}: WorkerMemory, {memory, runtime, draft}: Opening) => {
	const {model, options: {input}, lowering} = plan;
	const outputs = sizeOf(model.output);
	const length = model.parameterCount;
	const isUncopied = lowering.outputs === 'uncopied';
	// The runtime fuses what is standard; blocked operators are what it would make of it.
	const isFinal = familyOf(lowering.family).block !== undefined;
	const fixed = {
		features: rowsOf(runtime, input.slot.features, count),
		labels: areClasses(input, outputs) ? floatsOf(runtime, [count, outputs]) : rowsOf(runtime, input.slot.label, count),
		scale: floatsOf(runtime, [count, 1]),
	};
	const told = Object.fromEntries(Object.entries(toldShapes(model, input, count)).map(([name, shape]) => [name, floatsOf(runtime, shape)]));
	const gradients = model.layout.filter(entry => factored.every(({kernel}) => kernel.name !== entry.name)).map(entry => {
		const shape = shapes.get(entry.name)!.gradient;
		const data = passes?.subarray(length + entry.offset, length + entry.offset + sizeOf(shape)) ?? allocate('float32', sizeOf(shape));
		return {entry, data, tensor: runtime.tensor('float32', data, shape)};
	});
	const factors = factored.flatMap(layer => {
		const [names, dims] = [factorNames(layer.layer), factorShapes(layer)];
		return [{name: names.cut, ...floatsOf(runtime, dims.cut)}, {name: names.whole, ...floatsOf(runtime, dims.whole)}];
	}).map(({name, data, tensor}) => ({name, data, tensor, shared: floatsIn(memory.exchange[name]!)}));
	const built = draft === undefined ? trainingGraphOf(plan) : {graph: draft.training, prelude: undefined};
	const given = Object.fromEntries(Object.entries(built.prelude?.given ?? {}).map(([name, spec]) => [name, feedOf(runtime, spec)]));
	return {
		session: await runtime.open(built.graph, {isUncopied, isFinal}),
		prelude: built.prelude && {session: await runtime.open(built.prelude.graph), fetches: tensorsOf(given)},
		count, masks, fixed, told, passes, gradients, factors,
		feeds: {...parameterFeeds, ...tensorsOf(fixed), ...tensorsOf(given), ...Object.fromEntries(masks.map(({layer, tensor}) => [maskName(layer), tensor]))},
		fetches: {
			...tensorsOf(told),
			...Object.fromEntries(gradients.map(({entry, tensor}) => [gradientName(entry.name), tensor])),
			...Object.fromEntries(factors.map(({name, tensor}) => [name, tensor])),
		},
	};
};
