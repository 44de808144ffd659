/** What scikit-learn's classification report says of one class. */
export interface ClassMetrics {
	readonly name: string;
	/** undefined where nothing was predicted as this class: written as `zeroDivision`. */
	readonly precision: number;
	readonly recall: number;
	readonly f1: number;
	/** Examples that are of this class. */
	readonly support: number;
	/** Names of the figures that are 0 / 0 and stand for `zeroDivision`. */
	readonly undefinedFigures: readonly string[];
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
	readonly macro: AverageMetrics;
	readonly weighted: AverageMetrics;
}
