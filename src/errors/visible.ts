const short: Readonly<Record<string, string>> = {'\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t`};

/** A text as one line that no terminal obeys: line ends and control characters, as a file's name may hold them, are written as in JSON. */
const visible = (text: string): string =>
	text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, character => short[character] ?? String.raw`\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`);

const visibleValue = (value: unknown): unknown => {
	if (typeof value === 'string') {
		return visible(value);
	}

	return Array.isArray(value) ? value.map(item => visibleValue(item)) : value;
};

/** Facts as a person may be shown them: their texts are of one line each, and no terminal obeys them. */
export const visibleFacts = <Facts extends object>(facts: Facts): Facts => Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, visibleValue(value)])) as Facts;
