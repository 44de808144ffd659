/** Counts the bytes that a flow holds between the gate and the ring; the gate pulls only while there is room. */
export interface Meter {
	readonly held: number;
	readonly peak: number;
	/** Adds bytes (or, negative, gives them back). */
	readonly add: (bytes: number) => void;
	/** Calls back whenever bytes are given back. Returns the way to unsubscribe. */
	readonly onRelease: (callback: () => void) => () => void;
}

/** Makes the meter of one flow. */
export const createMeter = (): Meter => {
	const callbacks = new Set<() => void>();
	let held = 0;
	let peak = 0;
	return {
		get held() {
			return held;
		},
		get peak() {
			return peak;
		},
		add(bytes) {
			held += bytes;
			if (bytes < 0) {
				for (const callback of callbacks) {
					callback();
				}
			} else if (held > peak) {
				peak = held;
			}
		},
		onRelease(callback) {
			// A callback may be given twice; each is a subscription of its own.
			const own = (): void => {
				callback();
			};

			callbacks.add(own);
			return () => {
				callbacks.delete(own);
			};
		},
	};
};

/** A meter for one part of what another one counts: adding to it adds to both, and room is that of the whole. */
export interface MeterPart {
	readonly meter: Meter;
	/** The most that this part held. */
	readonly peak: () => number;
}

/** Makes a part of a meter. */
export const partOf = (whole: Meter): MeterPart => {
	const own = createMeter();
	return {
		meter: {
			get held() {
				return whole.held;
			},
			get peak() {
				return whole.peak;
			},
			add(bytes) {
				own.add(bytes);
				whole.add(bytes);
			},
			onRelease: whole.onRelease,
		},
		peak: () => own.peak,
	};
};

/** What one holder has told a meter. */
export interface Hold {
	/** Adds bytes (or, negative, gives them back). */
	readonly add: (bytes: number) => void;
	/** Gives back all that is left. */
	readonly release: () => void;
}

/** Counts with a meter what one holder holds, which gives back all of it however it ends. */
export const createHold = (meter: Pick<Meter, 'add'>): Hold => {
	let held = 0;
	const add = (bytes: number): void => {
		held += bytes;
		meter.add(bytes);
	};

	return {
		add,
		release() {
			add(-held);
		},
	};
};
