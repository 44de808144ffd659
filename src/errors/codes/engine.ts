import {entry} from '../entry.ts';

export const engineErrors = {
	ENGINE_UNAVAILABLE: entry(
		'unavailable',
		(d: {engine: string; reason: string}) => `The engine "${d.engine}" cannot be loaded: ${d.reason}`,
		d => d.engine === 'onnx'
			? 'Run "ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node", or choose another with --engine, the key `training.engine`.'
			: 'Choose another with --engine, the key `training.engine`, or install what is missing.',
	),
	LAYER_UNSUPPORTED: entry(
		'definition',
		(d: {engine: string; layer: string; reason: string}) => `The engine "${d.engine}" cannot run layer "${d.layer}": ${d.reason}`,
		() => 'Choose another engine with --engine, the key `training.engine`, or change the layer.',
	),
	PRECISION_UNSUPPORTED: entry(
		'definition',
		(d: {engine: string; precision: string}) => `The engine "${d.engine}" does not compute in ${d.precision}`,
		() => 'Choose the engine "reference" with --engine, the key `training.engine`, or leave training.precision at float32.',
	),
	MEMORY_REFUSED: entry(
		'temporary',
		(d: {bytes: number; reason: string}) => `The machine did not give the ${d.bytes < 2 ** 17 ? `${d.bytes} bytes` : `${(d.bytes / (2 ** 20)).toFixed(1)} MiB`} of memory that were asked for: ${d.reason}`,
		() => 'End other programs, or raise the limit of the process or its container; fewer --workers, the key `training.workers`, and smaller batches take less.',
	),
};
