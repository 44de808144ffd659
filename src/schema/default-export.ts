/** The default export of a module that a definition names; whatever it is. */
export const defaultOf = (namespace: unknown): unknown => (typeof namespace === 'object' && namespace !== null && 'default' in namespace ? namespace.default : namespace);

/** What a module has where something was expected as its default export. */
export const exportFault = (namespace: unknown, expected: string): string => {
	if (typeof namespace !== 'object' || namespace === null || 'default' in namespace) {
		return `its default export is no ${expected}`;
	}

	const names = Object.keys(namespace);
	return `it has no default export${names.length === 0 ? '' : `, only ${names.map(name => `"${name}"`).join(', ')}`}`;
};
