import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';

/** What the package says of itself. */
export interface PackageFacts {
	readonly version: string;
	/** Versions of the packages that it stands on, as they are installed; optional ones that are missing are left out. */
	readonly dependencies: Readonly<Record<string, string>>;
}

interface Manifest {
	readonly version: string;
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const own = new URL('../../../package.json', import.meta.url);
const require = createRequire(own);

/** The manifest of an installed package; packages need not export theirs, so it is looked for where they may lie. */
const versionOf = async (name: string): Promise<string | undefined> => {
	for (const folder of require.resolve.paths(name) ?? []) {
		const text = await readFile(`${folder}/${name}/package.json`, 'utf8').catch(() => undefined);
		if (text !== undefined) {
			return (JSON.parse(text) as Manifest).version;
		}
	}

	return undefined;
};

const read = async (): Promise<PackageFacts> => {
	const {version, dependencies, optionalDependencies} = JSON.parse(await readFile(own, 'utf8')) as Manifest;
	const names = Object.keys({...dependencies, ...optionalDependencies}).toSorted();
	const versions = await Promise.all(names.map(async name => [name, await versionOf(name)] as const));
	return {version, dependencies: Object.fromEntries(versions.filter((pair): pair is [string, string] => pair[1] !== undefined))};
};

let known: Promise<PackageFacts> | undefined;

/** Reads the facts once. */
export const packageFacts = async (): Promise<PackageFacts> => {
	known ??= read();
	return known;
};
