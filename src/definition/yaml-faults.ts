import {visit, type Document, type YAMLError} from 'yaml';

export const secondDocument = 'a second document begins here, and only one is read';

/** What the parser found, in words for those who wrote the text and not a program. */
export const reasonOf = ({code, message}: YAMLError): string => (code === 'MULTIPLE_DOCS' ? secondDocument : message);

/** The first alias before which nothing has its name, with its place in the text. */
export const danglingAlias = (document: Document): {readonly name: string; readonly offset: number} | undefined => {
	const anchors = new Set<string>();
	let found: {readonly name: string; readonly offset: number} | undefined;
	visit(document, {
		Value(_, {anchor}) {
			if (anchor !== undefined) {
				anchors.add(anchor);
			}
		},
		Alias(_, {source, range}) {
			if (anchors.has(source)) {
				return;
			}

			found = {name: source, offset: range?.[0] ?? 0};
			return visit.BREAK;
		},
	});
	return found;
};
