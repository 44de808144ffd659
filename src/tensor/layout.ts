import type {DType} from './dtypes.ts';
import type {Shape} from './shape.ts';

/** One tensor in the canonical parameter vector, in Keras's order and orientation. */
export interface ParameterEntry {
	/** `layer/kernel`, `layer/bias`. */
	readonly name: string;
	readonly shape: Shape;
	/** Elements before it in the vector. */
	readonly offset: number;
	readonly dtype: Extract<DType, 'float32' | 'float64'>;
	readonly trainable: boolean;
}
