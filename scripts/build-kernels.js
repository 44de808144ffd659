/** Compiles the kernels of assembly/ for shared and for private memory into dist/src/kernels. */
import {fileURLToPath} from 'node:url';
import fs from 'node:fs';
import process from 'node:process';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = fs.readdirSync(`${root}/assembly`).map(name => `${root}/assembly/${name}`);
const shared = ['--enable', 'threads', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'];

for (const [name, more] of [['kernels.wasm', []], ['kernels.shared.wasm', shared]]) {
	const out = `${root}/dist/src/kernels/${name}`;
	if (fs.existsSync(out) && sources.every(source => fs.statSync(source).mtimeMs < fs.statSync(out).mtimeMs)) {
		continue;
	}

	const {error, stderr} = await asc.main([
		'assembly/index.ts',
		'--baseDir',
		root,
		'--outFile',
		`dist/src/kernels/${name}`,
		'-O3',
		'--noAssert',
		'--runtime',
		'stub',
		'--importMemory',
		'--enable',
		'simd',
		...more,
	]);
	if (error) {
		process.stderr.write(stderr.toString());
		process.exitCode = 1;
		break;
	}
}
