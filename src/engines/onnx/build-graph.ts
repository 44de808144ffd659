import type {Layer} from '../../model/layer.ts';
import type {Model} from '../../model/model.ts';
import type {InputMap} from '../../tensor/input-map.ts';
import {sizeOf} from '../../tensor/shape.ts';
import type {Family, LayerLowering, Lowered} from './family.ts';
import {factorNames, factorShapes, type FactoredLayer} from './factors.ts';
import {firstDense} from './first-dense.ts';
import {createGraph} from './graph-builder.ts';
import {tensorShapes} from './kernel-layout.ts';
import {lowerHead} from './lowerings/head.ts';
import {featuresName, lowerInput, lowerLabels} from './lowerings/input.ts';
import {createPrelude, type Prelude} from './prelude.ts';
import {toldShapes} from './told.ts';
import {toMatrix} from './forms.ts';
import type {Blocks, LoweringContext, Value} from './value.ts';

/** Name of a dropout layer's mask among the inputs. */
export const maskName = ({name}: Layer): string => `mask:${name}`;
/** Name of a parameter's gradient among the outputs. */
export const gradientName = (parameter: string): string => `gradient:${parameter}`;

/** The model as its head wants it: a last activation that is computed with the loss is left out. */
const withoutFusedActivation = ({layers, head}: Model): readonly Layer[] => {
	const last = layers.at(-1)!;
	return head.fused !== undefined && 'activation' in last ? [...layers.slice(0, -1), {...last, activation: 'linear'}] : layers;
};

interface GraphOptions {
	readonly family: Family;
	readonly input: InputMap;
	readonly rows: number;
	/** Layers whose factors are outputs in place of their kernels' gradients. @default none */
	readonly factored?: readonly FactoredLayer[];
	/** Whether the outputs are to stay where the runtime writes them. @default false */
	readonly isUncopied?: boolean;
	/** Whether the rows are one of many passes of a step. @default false */
	readonly isPass?: boolean;
}

/** A training graph, and what is to run once before its passes. */
export interface TrainingGraph {
	readonly graph: Uint8Array;
	readonly prelude: Prelude | undefined;
}

/** Bytes of a layer's output up to which all images make one group: it stays in a cache, and fewer nodes are fewer calls. */
const groupBytes = 2 ** 20;

/** As many images in a group as a block has channels, or all of them where they are small. */
const blocksFor = ({layers}: Model, {family: {block}, rows}: GraphOptions): Blocks | undefined => {
	if (block === undefined) {
		return undefined;
	}

	const largest = Math.max(...layers.flatMap(({input, output}) => [sizeOf(input), sizeOf(output)]));
	return {size: block, images: rows * largest * 4 <= groupBytes ? rows : block};
};

const forwardLayers = (context: LoweringContext, model: Model, options: GraphOptions & {readonly isTraining: boolean}): ReadonlyArray<Lowered & {readonly layer: Layer; readonly needsInput: boolean}> => {
	const {family: {block, lowerings, readsBytes = false}, input, factored = [], isTraining} = options;
	const {graph, rows} = context;
	const shapes = tensorShapes(model, context.blocks?.size);
	const isFactored = ({name}: Layer): boolean => factored.some(({layer}) => layer.name === name);
	const found = firstDense(model, input, block);
	// The factors of a kernel's gradient are those of what the layer was meant to read.
	const first = found === undefined || isFactored(found.layer) ? undefined : found;
	let x: Value = lowerInput(context, first === undefined ? input : {...input, affine: []});
	// What no parameter lies before needs no gradient.
	let needsInput = false;
	return withoutFusedActivation(model).map((layer, index, layers) => {
		const parameters = layer.parameters.map(({name}) => graph.input(name, 'float32', shapes.get(name)!.parameter));
		const mask = isTraining && layer.type === 'dropout' ? graph.input(maskName(layer), 'float32', [rows, ...layer.output]) : undefined;
		const isFirst = first?.layer.name === layer.name;
		const given = {
			x, parameters, mask,
			isFactored: isFactored(layer),
			needsInput: needsInput && isTraining,
			next: layers[index + 1],
			...(isFirst && {scale: first.scale, bytes: readsBytes && isTraining ? featuresName : undefined}),
		};
		// Each type's lowering takes that type's layer; a union of functions cannot say so.
		const lowered = (lowerings[layer.type] as LayerLowering<Layer>)(context, layer, given);
		x = lowered.y;
		needsInput ||= parameters.length > 0;
		return {...lowered, layer, needsInput: given.needsInput};
	});
};

/** The graph that scores rows: features and parameters in, `scores` [rows, outputs] out. */
export const buildPredictionGraph = (model: Model, options: GraphOptions): Uint8Array => {
	const graph = createGraph('predict');
	const context = {graph, rows: options.rows, blocks: blocksFor(model, options)};
	const layers = forwardLayers(context, model, {...options, isTraining: false});
	graph.output('scores', toMatrix(context, layers.at(-1)!.y).name, 'float32', [options.rows, sizeOf(model.output)]);
	return graph.encode();
};

/**
 * The graph of one shard's training step: features [rows, elements], labels, each row's share of the batch's weights
 * as `scale` [rows, 1], masks and parameters in; `logarithms` [rows, outputs] or `losses` [rows, 1] and `hits` [rows], and a gradient for each parameter, or its factors, out.
 */
export const buildTrainingGraph = (model: Model, options: GraphOptions): TrainingGraph => {
	const {input, rows, isUncopied = false, isPass = false} = options;
	const graph = createGraph('train', {endsInSequence: isUncopied});
	const prelude = isPass ? createPrelude(graph) : undefined;
	const context = {graph, rows, blocks: blocksFor(model, options), prelude};
	const layers = forwardLayers(context, model, {...options, isTraining: true});
	const outputs = sizeOf(model.output);
	const scores = toMatrix(context, layers.at(-1)!.y);
	const scale = graph.input('scale', 'float32', [rows, 1]);
	const told = toldShapes(model, input, rows);
	const head = lowerHead(graph, model.head, {
		scores: scores.name, targets: lowerLabels(context, input, outputs), scale, outputs, isOfLogarithms: 'logarithms' in told,
	});
	for (const [name, dims] of Object.entries(told)) {
		graph.output(name, head.told[name]!, 'float32', dims);
	}

	const shapes = tensorShapes(model, context.blocks?.size);
	let dy: Value = {...scores, name: head.gradient};
	for (const {layer, backward, needsInput} of layers.toReversed()) {
		const {dx, parameters, factors} = backward(dy);
		for (const [index, {name}] of layer.parameters.entries()) {
			const gradient = parameters[index];
			if (gradient !== undefined) {
				graph.output(gradientName(name), gradient, 'float32', shapes.get(name)!.gradient);
			}
		}

		const factored = options.factored?.find(({layer: {name}}) => name === layer.name);
		if (factors !== undefined && factored !== undefined) {
			const [names, dims] = [factorNames(factored.layer), factorShapes(factored)];
			graph.output(names.cut, factors.cut, 'float32', dims.cut);
			graph.output(names.whole, factors.whole, 'float32', dims.whole);
		}

		if (!needsInput || dx === undefined) {
			break;
		}

		dy = dx;
	}

	return {graph: graph.encode(), prelude: prelude?.encode()};
};
