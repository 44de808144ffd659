/** Least, middle and largest of some numbers. */
export const spread = values => {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return {
		min: sorted[0],
		median: sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2,
		max: sorted.at(-1),
		count: sorted.length,
	};
};

/** Three significant digits, with separators of thousands. */
export const number = value => (Math.abs(value) >= 1000 ? Math.round(Number(value.toPrecision(4))).toLocaleString('en') : String(Number(value.toPrecision(3))));

/** `median (min to max)`. */
export const formatSpread = ({min, median, max}, format = number) => `${format(median)} (${format(min)} to ${format(max)})`;

export const megabytes = bytes => `${Math.round(bytes / 1e6)} MB`;
