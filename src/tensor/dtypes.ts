/** Element types of records, slots and parameters. */
export type DType = 'uint8' | 'int8' | 'int16' | 'int32' | 'float32' | 'float64';

/** The elements of features, labels and parameters, one kind of array for each element type. */
export type TypedArray = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;
export type FloatArray = Float32Array | Float64Array;

const constructors: Record<DType, new (buffer: ArrayBufferLike, byteOffset?: number, length?: number) => TypedArray> = {
	uint8: Uint8Array,
	int8: Int8Array,
	int16: Int16Array,
	int32: Int32Array,
	float32: Float32Array,
	float64: Float64Array,
};

const elementBytes = {uint8: 1, int8: 1, int16: 2, int32: 4, float32: 4, float64: 8} as const;

/** Bytes of one element. */
export const bytesPerElement = (dtype: DType): number => elementBytes[dtype];

/** Allocates `length` zeros of an element type. */
export const allocate = (dtype: DType, length: number): TypedArray => new constructors[dtype](new ArrayBuffer(length * elementBytes[dtype]));

/** Looks at `length` elements of a buffer from a byte offset on; the offset is a multiple of the element's size. */
export const viewOf = (dtype: DType, buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray =>
	new constructors[dtype](buffer, byteOffset, length);

/** Whether a value names an element type. */
export const isDType = (value: unknown): value is DType => typeof value === 'string' && Object.hasOwn(constructors, value);

/** Whether a value is a typed array of one of the element types. */
export const isTensorArray = (value: unknown): value is TypedArray => Object.values(constructors).some(constructor => value instanceof constructor);

/** The element type of a typed array. */
export const dtypeOf = (array: TypedArray): DType => {
	for (const [dtype, constructor] of Object.entries(constructors)) {
		if (array instanceof constructor) {
			return dtype as DType;
		}
	}

	throw new TypeError(`Expected a typed array of a known element type. Received: ${Object.prototype.toString.call(array)}`);
};
