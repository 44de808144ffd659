import {pathToFileURL} from 'node:url';

/** Imports a module by its absolute path, whether it is JavaScript or TypeScript. */
export const importModule = async (file: string): Promise<unknown> => {
	if (/\.[cm]?ts$/u.test(file)) {
		const {createJiti} = await import('jiti');
		return createJiti(import.meta.url).import(file);
	}

	return import(pathToFileURL(file).href);
};
