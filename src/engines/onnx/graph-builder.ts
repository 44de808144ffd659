import {createRequire} from 'node:module';
import type * as OnnxProto from 'onnx-proto';
import type {DType, TypedArray} from '../../tensor/dtypes.ts';
import {sequenceName} from './runtime.ts';

const require = createRequire(import.meta.url);
/** Loaded when a graph is encoded: most threads are given theirs. Not imported: to look for the exports of a CommonJS module as large takes longer than all else of a graph. */
const proto = (): typeof OnnxProto.onnx => (require('onnx-proto') as typeof OnnxProto).onnx;

/** Element types of a graph. */
export type GraphType = DType | 'int64' | 'bool';

/** Element types of constants. */
type ConstantType = 'int64' | 'int8' | 'float32';

/** ONNX's own numbers of the element types. */
const elementTypes: Readonly<Record<GraphType, number>> = {
	float32: 1, uint8: 2, int8: 3, int16: 5, int32: 6, int64: 7, bool: 9, float64: 11,
};

/** Whole numbers are `INT` attributes; `{float: x}` is a `FLOAT` one. */
export type Attribute = number | readonly number[] | string | {readonly float: number};

/** Builds an ONNX graph; values are named by strings. */
export interface GraphBuilder {
	readonly input: (name: string, type: GraphType, shape: readonly number[]) => string;
	/** Makes a value an output of the graph under a name of its own. */
	readonly output: (name: string, value: string, type: GraphType, shape: readonly number[]) => void;
	/** A tensor inside the graph; equal ones are shared. */
	readonly constant: (values: ArrayLike<number>, type: ConstantType, shape: readonly number[]) => string;
	/** A float32 scalar. */
	readonly scalar: (value: number) => string;
	/** A node with one output. An input that is left out is an empty string. */
	readonly node: (operator: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>) => string;
	/** A node of the runtime's own operators on blocked layouts. */
	readonly blocked: (operator: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>) => string;
	/** A node of the runtime's own operators on ordinary layouts, which are documented. */
	readonly contributed: (operator: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>) => string;
	/** Reinterprets a value as it lies; one length may be -1. */
	readonly view: (value: string, dims: readonly number[]) => string;
	/** Cuts a value into equal parts along an axis. */
	readonly split: (value: string, parts: number, axis: number) => readonly string[];
	/** The bytes of the model: the same for the same calls. */
	readonly encode: () => Uint8Array;
}

/** The newest set of operators that every supported runtime has. */
const operatorSet = 15;
const irVersion = 8;
/** The runtime's own operators on channels in blocks; internal, so whoever uses them proves them first. */
const blockedDomain = 'com.microsoft.nchwc';

/** The runtime's own operators that are documented. */
const contributedDomain = 'com.microsoft';

const rawData = (values: ArrayLike<number>, type: ConstantType): Uint8Array => {
	const {buffer} = type === 'int64' ? BigInt64Array.from(Array.from(values, BigInt)) : (type === 'int8' ? Int8Array : Float32Array).from(values);
	return new Uint8Array(buffer);
};

/** ONNX's own numbers of the kinds of attributes. */
const attributeTypes = {float: 1, int: 2, string: 3, ints: 7} as const;

const encodeAttribute = (name: string, value: Attribute) => {
	if (typeof value === 'number') {
		return {name, type: attributeTypes.int, i: value};
	}

	if (typeof value === 'string') {
		return {name, type: attributeTypes.string, s: Buffer.from(value)};
	}

	return 'float' in value ? {name, type: attributeTypes.float, f: value.float} : {name, type: attributeTypes.ints, ints: [...value]};
};

const describe = (name: string, type: GraphType, shape: readonly number[]) => ({
	name,
	type: {tensorType: {elemType: elementTypes[type], shape: {dim: shape.map(dimValue => ({dimValue}))}}},
});

const describeSequence = (name: string) => ({name, type: {sequenceType: {elemType: {tensorType: {elemType: elementTypes.float32}}}}});

/** Starts an empty graph; one that ends in a sequence has it as its first output. */
export const createGraph = (name: string, {endsInSequence = false}: {readonly endsInSequence?: boolean} = {}): GraphBuilder => {
	const inputs: Array<ReturnType<typeof describe>> = [];
	const outputs: Array<ReturnType<typeof describe> | ReturnType<typeof describeSequence>> = [];
	const nodes: Array<{opType: string; domain?: string; input: string[]; output: string[]; attribute: Array<ReturnType<typeof encodeAttribute>>}> = [];
	const constants = new Map<string, {readonly name: string; readonly dims: number[]; readonly dataType: number; readonly rawData: Uint8Array}>();

	const constant: GraphBuilder['constant'] = (content, type, shape) => {
		const data = rawData(content, type);
		const key = `${type}:${shape.join(',')}:${Buffer.from(data).toString('latin1')}`;
		const known = constants.get(key) ?? {name: `c${constants.size}`, dims: [...shape], dataType: elementTypes[type], rawData: data};
		constants.set(key, known);
		return known.name;
	};

	let values = 0;
	/** Outputs by what makes them: equal nodes are one. */
	const made = new Map<string, readonly string[]>();
	const add = (opType: string, given: readonly string[], attributes: Readonly<Record<string, Attribute>>, {domain, outputs: count = 1}: {readonly domain?: string; readonly outputs?: number} = {}): readonly string[] => {
		const input = given.slice(0, given.findLastIndex(value => value !== '') + 1);
		const key = JSON.stringify([domain, opType, count, input, attributes]);
		const known = made.get(key);
		if (known !== undefined) {
			return known;
		}

		const output = Array.from({length: count}, () => `v${values++}`);
		made.set(key, output);
		const attribute = Object.entries(attributes).map(([key, content]) => encodeAttribute(key, content));
		nodes.push({opType, ...(domain !== undefined && {domain}), input, output, attribute});
		return output;
	};

	/** What views are views of: one of another is one of the same. */
	const origins = new Map<string, string>();
	const view: GraphBuilder['view'] = (value, dims) => {
		const origin = origins.get(value) ?? value;
		const viewed = add('Reshape', [origin, constant(dims, 'int64', [dims.length])], {})[0]!;
		origins.set(viewed, origin);
		return viewed;
	};

	/** What a value is called that is an output as it is. */
	const renamed = new Map<string, string>();
	/** The nodes that an output needs, as they follow one another, and the names that these read. */
	const needed = () => {
		const names = new Set(outputs.map(output => output.name));
		const rename = (name: string): string => renamed.get(name) ?? name;
		const kept = nodes.map(node => ({...node, input: node.input.map(rename), output: node.output.map(rename)})).toReversed().filter(({input, output}) => {
			const isNeeded = output.some(name => names.has(name));
			for (const name of isNeeded ? input : []) {
				names.add(name);
			}

			return isNeeded;
		}).toReversed();
		return {kept, names};
	};

	if (endsInSequence) {
		nodes.push({opType: 'SequenceConstruct', input: [constant([0], 'float32', [])], output: [sequenceName], attribute: []});
		outputs.push(describeSequence(sequenceName));
	}

	return {
		input(inputName, type, shape) {
			inputs.push(describe(inputName, type, shape));
			return inputName;
		},
		output(outputName, value, type, shape) {
			outputs.push(describe(outputName, type, shape));
			if (renamed.has(value) || nodes.every(({output}) => !output.includes(value))) {
				nodes.push({opType: 'Identity', input: [value], output: [outputName], attribute: []});
			} else {
				renamed.set(value, outputName);
			}
		},
		constant,
		scalar: value => constant([value], 'float32', []),
		node: (operator, given, attributes = {}) => add(operator, given, attributes)[0]!,
		blocked: (operator, given, attributes = {}) => add(operator, given, attributes, {domain: blockedDomain})[0]!,
		contributed: (operator, given, attributes = {}) => add(operator, given, attributes, {domain: contributedDomain})[0]!,
		view,
		split: (value, parts, axis) => (parts === 1 ? [value] : add('Split', [value], {axis}, {outputs: parts})),
		encode() {
			const {kept, names} = needed();
			return proto().ModelProto.encode({
				irVersion,
				producerName: 'threadloom',
				opsetImport: [{domain: '', version: operatorSet}, {domain: blockedDomain, version: 1}, {domain: contributedDomain, version: 1}],
				graph: {name, node: kept, input: inputs, output: outputs, initializer: [...constants.values()].filter(tensor => names.has(tensor.name))},
			}).finish();
		},
	};
};
