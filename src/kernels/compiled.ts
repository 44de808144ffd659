import fs from 'node:fs';

/** A compiled kernel: numbers and byte offsets in, at most one number out. */
export type Kernel = (...args: readonly number[]) => number;

/** The kernels over one memory, by their names in `assembly/`. */
export type Kernels = Readonly<Record<string, Kernel>>;

const modules = new Map<string, WebAssembly.Module | undefined>();

const load = (name: string): WebAssembly.Module | undefined => {
	if (!modules.has(name)) {
		let compiled: WebAssembly.Module | undefined;
		try {
			compiled = new WebAssembly.Module(fs.readFileSync(new URL(name, import.meta.url)));
		} catch {
			// Without them everything is computed by their twins.
		}

		modules.set(name, compiled);
	}

	return modules.get(name);
};

/** Opens the kernels over a memory; undefined where there is none, or no kernel for this machine. */
export const openKernels = (memory: WebAssembly.Memory | undefined): Kernels | undefined => {
	if (memory === undefined) {
		return undefined;
	}

	const compiled = load(memory.buffer instanceof SharedArrayBuffer ? 'kernels.shared.wasm' : 'kernels.wasm');
	return compiled && new WebAssembly.Instance(compiled, {env: {memory}}).exports as Kernels;
};
