import type {Engine, EngineName} from './engine.ts';

/** How each engine is had; its code is read only then, and its native library only in a worker. */
const engines = {
	onnx: async (): Promise<Engine> => (await import('./onnx/engine.ts')).createOnnxEngine(),
	tensorflow: async (): Promise<Engine> => (await import('./tensorflow/engine.ts')).createTensorflowEngine(),
	reference: async (): Promise<Engine> => (await import('./reference/engine.ts')).createReferenceEngine(),
} satisfies Record<EngineName, () => Promise<Engine>>;

/** Engine names in the order of preference. */
export const engineNames = Object.keys(engines) as readonly EngineName[];

/** Loads one engine's code. */
export const loadEngine = async (name: EngineName): Promise<Engine> => engines[name]();

/** The engines to try for a choice, in order: `auto` takes the first that can be loaded. */
export const candidatesOf = (choice: EngineName | 'auto'): readonly EngineName[] => (choice === 'auto' ? engineNames : [choice]);
