/** The part of WebAssembly that is used; Node has it, its types do not say so. */
declare namespace WebAssembly {
	interface Memory {
		readonly buffer: ArrayBufferLike;
	}

	interface Module {
		readonly kind?: 'module';
	}

	interface Instance {
		readonly exports: Readonly<Record<string, unknown>>;
	}

	const Memory: new (limits: {readonly initial: number; readonly maximum?: number; readonly shared?: boolean}) => Memory;
	const Module: new (bytes: Uint8Array) => Module;
	const Instance: new (compiled: Module, imports: {readonly env: {readonly memory: Memory}}) => Instance;
}
