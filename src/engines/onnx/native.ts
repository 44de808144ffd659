import type * as Binding from 'onnxruntime-node/dist/binding.js';
import type {InferenceSession, Tensor, TypedTensor} from 'onnxruntime-common';
