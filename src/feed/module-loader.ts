import {createHash} from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import type {ModuleFault} from '../errors/codes/operator.ts';
import {readRegular} from '../errors/regular-file.ts';
import {messageOf} from '../errors/thrown.ts';
import {createError} from '../errors/threadloom-error.ts';
import {importModule} from '../schema/import-module.ts';
import {faultPlace} from './fault-place.ts';

export interface ModuleLoaderOptions {
	/** Folder of the definition. */
	readonly baseDirectory: string;
	/** Other folders that modules may come from. */
	readonly allowed: readonly string[];
}

/** Loads the modules that a definition names. */
export interface ModuleLoader {
	/** Answers the module's namespace. @throws OPERATOR_REFUSED, OPERATOR_MODULE, FILE_NOT_FOUND */
	readonly load: (specifier: string) => Promise<unknown>;
	/** Sha256 of every module that was loaded, by its real path. */
	readonly digests: () => Readonly<Record<string, string>>;
}

const isInside = (file: string, folder: string): boolean => {
	const relative = path.relative(folder, file);
	return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
};

const realPathOf = async (file: string): Promise<string> => {
	try {
		return await fs.realpath(file);
	} catch (error) {
		throw createError('FILE_NOT_FOUND', {path: file}, {cause: error});
	}
};

/** What is wrong with a module that Node cannot load; whether it takes it for one of the other kind, it says in words alone. */
const faultOf = (error: unknown): ModuleFault => {
	if (error instanceof SyntaxError && /outside a module|Unexpected token 'export'/u.test(error.message)) {
		return 'commonJs';
	}

	return error instanceof ReferenceError && /^(?:require|module|exports) is not defined/u.test(error.message) ? 'esModule' : 'other';
};

/** Makes the loader of one definition: only files of its folder and of the allowed ones are run, wherever links lead. */
export const createModuleLoader = ({baseDirectory, allowed}: ModuleLoaderOptions): ModuleLoader => {
	const digests = new Map<string, string>();

	const locate = async (specifier: string): Promise<string> => {
		if (/^[a-z][a-z\d+.-]+:/iu.test(specifier)) {
			throw createError('OPERATOR_REFUSED', {module: specifier, reason: 'only files of this machine are run, and this is an address'});
		}

		const real = await realPathOf(path.resolve(baseDirectory, specifier));
		const folders = await Promise.all([baseDirectory, ...allowed].map(async folder => realPathOf(path.resolve(baseDirectory, folder))));
		if (!folders.some(folder => isInside(real, folder))) {
			throw createError('OPERATOR_REFUSED', {module: specifier, reason: `${real} lies outside the folder of the definition`});
		}

		return real;
	};

	return {
		async load(specifier) {
			const real = await locate(specifier);
			try {
				digests.set(real, createHash('sha256').update(await readRegular(real)).digest('hex'));
				return await importModule(real);
			} catch (error) {
				const place = await faultPlace(error, real);
				throw createError('OPERATOR_MODULE', {module: specifier, reason: messageOf(error), fault: faultOf(error), ...(place !== undefined && {place})}, {cause: error});
			}
		},
		digests: () => Object.fromEntries(digests),
	};
};
