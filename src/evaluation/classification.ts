/** What scikit-learn's classification report says of one class. */
export interface ClassMetrics {
	readonly name: string;
	/** Share of what was predicted as this class that is of it. */
	readonly precision: number;
	/** Share of what is of this class that was predicted as it. */
	readonly recall: number;
	/** Harmonic mean of precision and recall. */
	readonly f1: number;
	/** Examples that are of this class. */
	readonly support: number;
	/** Figures that are 0 / 0 and stand at the value of `zeroDivision`. */
	readonly undefinedFigures: ReadonlyArray<'precision' | 'recall' | 'f1'>;
}

/** One averaged row. */
export interface AverageMetrics {
	readonly precision: number;
	readonly recall: number;
	readonly f1: number;
	readonly support: number;
}

export interface MetricAverages {
	readonly accuracy: number;
	/** Plain mean over the classes. */
	readonly macro: AverageMetrics;
	/** Mean over the classes weighted by their support. */
	readonly weighted: AverageMetrics;
}

/** Everything derived from a confusion matrix. */
export interface Classification {
	readonly classes: readonly ClassMetrics[];
	readonly averages: MetricAverages;
}

/**
 * Derives the figures of every declared class from counts by [actual][predicted].
 *
 * A figure that is 0 / 0 takes the value of `zeroDivision` and is named in `undefinedFigures`, as in scikit-learn.
 */
export const classify = (
	confusion: ReadonlyArray<readonly number[]>,
	names: readonly string[],
	{zeroDivision = 0}: {readonly zeroDivision?: 0 | 1} = {},
): Classification => {
	const supports = confusion.map(row => sum(row));
	const predictions = confusion.map((_, index) => sum(confusion.map(row => row[index]!)));
	const total = sum(supports);
	const classes = confusion.map((row, index): ClassMetrics => {
		const undefinedFigures: Array<'precision' | 'recall' | 'f1'> = [];
		const divide = (figure: 'precision' | 'recall' | 'f1', numerator: number, denominator: number): number => {
			if (denominator === 0) {
				undefinedFigures.push(figure);
				return zeroDivision;
			}

			return numerator / denominator;
		};

		const hits = row[index]!;
		const support = supports[index]!;
		const predicted = predictions[index]!;
		return {
			name: names[index] ?? String(index),
			precision: divide('precision', hits, predicted),
			recall: divide('recall', hits, support),
			f1: divide('f1', 2 * hits, support + predicted),
			support,
			undefinedFigures,
		};
	});
	const average = (weightOf: (entry: ClassMetrics) => number): AverageMetrics => {
		const mean = (figure: 'precision' | 'recall' | 'f1'): number =>
			sum(classes.map(entry => entry[figure] * weightOf(entry))) / sum(classes.map(entry => weightOf(entry)));
		return {precision: mean('precision'), recall: mean('recall'), f1: mean('f1'), support: total};
	};

	return {
		classes,
		averages: {
			accuracy: sum(confusion.map((row, index) => row[index]!)) / total,
			macro: average(() => 1),
			weighted: average(entry => entry.support),
		},
	};
};

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** The classification report as scikit-learn prints it, with four digits. */
export const formatClassification = ({classes, averages}: Classification): string => {
	const width = Math.max('weighted avg'.length, ...classes.map(({name}) => name.length));
	const line = (name: string, cells: readonly string[]): string =>
		`${name.padStart(width)} ${cells.map(cell => ` ${cell.padStart(9)}`).join('')}`;
	const figures = ({precision, recall, f1, support}: AverageMetrics): readonly string[] =>
		[...[precision, recall, f1].map(figure => figure.toFixed(4)), String(support)];
	const marks = classes.some(({undefinedFigures}) => undefinedFigures.length > 0);
	return [
		line('', ['precision', 'recall', 'f1-score', 'support']),
		'',
		...classes.map(entry => line(entry.name, figures(entry)) + (entry.undefinedFigures.length > 0 ? ' *' : '')),
		'',
		line('accuracy', ['', '', averages.accuracy.toFixed(4), String(averages.macro.support)]),
		line('macro avg', figures(averages.macro)),
		line('weighted avg', figures(averages.weighted)),
		...(marks ? ['', '* 0 / 0: nothing was predicted as this class, or nothing is of it'] : []),
	].join('\n');
};
