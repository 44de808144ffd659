/** Counts the bytes that a flow holds between the gate and the ring; the gate pulls only while there is room. */
export interface Meter {
	readonly held: number;
	readonly peak: number;
	/** Adds bytes (or, negative, gives them back). */
	readonly add: (bytes: number) => void;
	/** Calls back whenever bytes are given back. Returns the way to unsubscribe. */
	readonly onRelease: (callback: () => void) => () => void;
}
