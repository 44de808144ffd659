/** JSON has no NaN and no infinities: they are written as strings. */
export const replaceNonFinite = (_: string, value: unknown): unknown =>
	(typeof value === 'number' && !Number.isFinite(value) ? String(value) : value);

/** Numbers of events that may not be finite. */
const numeric: ReadonlySet<string> = new Set(['loss', 'accuracy', 'gradientNorm', 'updateRatio', 'learningRate', 'waitShare', 'samplesPerSecond', 'value']);

/** Reads them back. */
export const reviveNonFinite = (key: string, value: unknown): unknown => (numeric.has(key) && typeof value === 'string' ? Number(value) : value);
