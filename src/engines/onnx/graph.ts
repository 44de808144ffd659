import onnxProto from 'onnx-proto';
import type {DType} from '../../tensor/dtypes.ts';
import type {Shape} from '../../tensor/shape.ts';

const {onnx} = onnxProto;

/** Versions that every build of ONNX Runtime since 1.10 reads. */
const irVersion = 7;
const opset = 15;

/** Name of a tensor inside a graph. */
export type Tensor = string;

/** An attribute that is a float even where its value is a whole number. */
export interface FloatAttribute {
	readonly float: number;
}

export type Attributes = Readonly<Record<string, number | string | readonly number[] | FloatAttribute>>;

/** A graph under construction; equal calls give equal bytes. */
export interface Graph {
	/** Declares an input and gives its tensor. */
	readonly input: (name: string, dtype: DType, shape: Shape) => Tensor;
	/** Gives a tensor under a name of its own. */
	readonly output: (name: string, tensor: Tensor, shape: Shape) => void;
	/** Appends one node with one output. */
	readonly node: (operator: string, inputs: readonly Tensor[], attributes?: Attributes) => Tensor;
	/** Appends one node with several outputs. */
	readonly nodes: (operator: string, inputs: readonly Tensor[], outputs: number, attributes?: Attributes) => readonly Tensor[];
	/** A float32 constant. */
	readonly floats: (values: Float32Array, shape: Shape) => Tensor;
	/** A float32 constant without dimensions. */
	readonly scalar: (value: number) => Tensor;
	/** A one-dimensional int64 constant, as shapes, axes and indices are given. */
	readonly integers: (values: readonly number[]) => Tensor;
	/** Tensor with another shape; one dimension may be −1. */
	readonly reshape: (tensor: Tensor, shape: Shape) => Tensor;
	/** The graph as a serialized ModelProto. */
	readonly encode: () => Uint8Array;
}

const {FLOAT, UINT8, INT8, INT16, INT32, INT64, DOUBLE} = onnx.TensorProto.DataType;

/** ONNX's numbers for element types. */
const dataTypes = {float32: FLOAT, uint8: UINT8, int8: INT8, int16: INT16, int32: INT32, float64: DOUBLE} as const;

/** Value of Cast's attribute `to` for float32 and int64. */
export const toFloat: Attributes = {to: FLOAT};
export const toInteger: Attributes = {to: INT64};

const encodeAttribute = (name: string, value: Attributes[string]): onnxProto.onnx.IAttributeProto => {
	const {AttributeType} = onnx.AttributeProto;
	if (typeof value === 'number') {
		return {name, type: AttributeType.INT, i: value};
	}

	if (typeof value === 'string') {
		return {name, type: AttributeType.STRING, s: new TextEncoder().encode(value)};
	}

	return 'float' in value
		? {name, type: AttributeType.FLOAT, f: value.float}
		: {name, type: AttributeType.INTS, ints: [...value]};
};

const encodeValue = (name: string, dtype: DType, shape: Shape): onnxProto.onnx.IValueInfoProto => ({
	name,
	type: {tensorType: {elemType: dataTypes[dtype], shape: {dim: shape.map(length => ({dimValue: length}))}}},
});

const bytesOfView = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** Makes an empty graph. */
export const createGraph = (name: string): Graph => {
	const nodeProtos: onnxProto.onnx.INodeProto[] = [];
	const initializers: onnxProto.onnx.ITensorProto[] = [];
	const inputs: onnxProto.onnx.IValueInfoProto[] = [];
	const outputs: onnxProto.onnx.IValueInfoProto[] = [];
	const constants = new Map<string, Tensor>();
	let count = 0;

	/** Equal constants are one initializer. */
	const constant = (dataType: number, shape: Shape, view: ArrayBufferView): Tensor => {
		const bytes = bytesOfView(view);
		const key = `${dataType}:${shape.join(',')}:${Buffer.from(bytes).toString('base64')}`;
		const known = constants.get(key);
		if (known !== undefined) {
			return known;
		}

		const tensor = `constant${constants.size}`;
		constants.set(key, tensor);
		initializers.push({name: tensor, dataType, dims: [...shape], rawData: bytes});
		return tensor;
	};

	const graph: Graph = {
		input(tensor, dtype, shape) {
			inputs.push(encodeValue(tensor, dtype, shape));
			return tensor;
		},
		output(tensor, source, shape) {
			nodeProtos.push({opType: 'Identity', input: [source], output: [tensor]});
			outputs.push(encodeValue(tensor, 'float32', shape));
		},
		node: (operator, tensors, attributes) => graph.nodes(operator, tensors, 1, attributes)[0]!,
		nodes(operator, tensors, outputCount, attributes = {}) {
			const names = Array.from({length: outputCount}, () => `t${count++}`);
			nodeProtos.push({
				name: `${operator}_${names[0]!}`,
				opType: operator,
				input: [...tensors],
				output: names,
				attribute: Object.entries(attributes).map(([key, value]) => encodeAttribute(key, value)),
			});
			return names;
		},
		floats: (values, shape) => constant(FLOAT, shape, values),
		scalar: value => constant(FLOAT, [], Float32Array.of(value)),
		integers: values => constant(INT64, [values.length], BigInt64Array.from(values, BigInt)),
		reshape: (tensor, shape) => graph.node('Reshape', [tensor, graph.integers(shape)]),
		encode: () => onnx.ModelProto.encode(onnx.ModelProto.fromObject({
			irVersion,
			producerName: 'threadloom',
			opsetImport: [{domain: '', version: opset}],
			graph: {name, node: nodeProtos, initializer: initializers, input: inputs, output: outputs},
		})).finish(),
	};
	return graph;
};
