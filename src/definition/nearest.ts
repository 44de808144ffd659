/** Edits that turn one word into another: insertions, deletions, substitutions and swaps of neighbours. */
const distance = (a: string, b: string): number => {
	const rows: number[][] = [Array.from({length: b.length + 1}, (_, column) => column)];
	for (let row = 1; row <= a.length; row++) {
		const line = [row];
		for (let column = 1; column <= b.length; column++) {
			const same = a[row - 1] === b[column - 1];
			line[column] = Math.min(rows[row - 1]![column]! + 1, line[column - 1]! + 1, rows[row - 1]![column - 1]! + (same ? 0 : 1));
			if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
				line[column] = Math.min(line[column]!, rows[row - 2]![column - 2]! + 1);
			}
		}

		rows.push(line);
	}

	return rows[a.length]![b.length]!;
};

/** The known name that a misspelt one most likely stands for; undefined when none is near. */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
	const [best] = known
		.map(name => ({name, edits: distance(word.toLowerCase(), name.toLowerCase())}))
		.toSorted((a, b) => a.edits - b.edits);
	return best !== undefined && best.edits <= Math.max(2, Math.floor(word.length / 3)) ? best.name : undefined;
};
