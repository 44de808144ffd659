import {createError, type ThreadloomError} from '../errors/threadloom-error.ts';
import {createThreadMemory, type ThreadMemory} from './live-memory.ts';

/** An operator of a user, with its place in the definition. */
export interface Suspect {
	readonly name: string;
	readonly position: number;
}

/** Finds the operator that keeps what it was given without saying so. */
export interface HoardWatch {
	/** Whether an operator is to be measured now. */
	readonly asks: (position: number) => boolean;
	/** Takes the bytes that an operator kept of each example of a window; undefined where that cannot be told. */
	readonly answer: (position: number, bytes: number | undefined) => void;
	/** What the thread keeps, in bytes. */
	readonly kept: () => number;
	/** Calls back when the operator at a place was found, at once if it was found before. Returns the way to unsubscribe. */
	readonly onFound: (position: number, callback: (error: ThreadloomError) => void) => () => void;
	/** Looks for an operator that keeps much, though less than would end the stream, and warns of it. */
	readonly search: () => void;
	readonly close: () => void;
}

export interface HoardWatchOptions {
	/** Bytes that the stream may hold. */
	readonly memory: number;
	/** Of these, what is held in records that the stream keeps itself. */
	readonly accounted: () => number;
	readonly suspects: readonly Suspect[];
	/** Examples that an operator was given so far. */
	readonly given: (position: number) => number;
	readonly onWarning: (message: string) => void;
	/** Of the thread, for tests. */
	readonly threadMemory?: ThreadMemory;
	/** Between two looks, in ms; none when 0. @default 100 */
	readonly lookEvery?: number;
}

interface Search {
	/** Bytes that the thread kept beyond what is accounted for. */
	readonly excess: number;
	readonly ends: boolean;
	readonly windows: ReadonlyMap<number, Array<number | undefined>>;
	looks: number;
}

/** What a thread takes for itself as it gets going: code, and rows for its modules. */
const slack = 16 * 2 ** 20;
/** The first window may replace what an operator rightly remembers of the examples before it. */
const windowsEach = 8;
/** In looks. */
const longestSearch = 300;
const longestPause = 300;
const mebibytes = (bytes: number): string => `${Math.round(bytes / (2 ** 20))} MiB`;

/**
 * Watches what the stream's thread keeps. Where that is more than the whole stream may hold, each operator of a user is
 * given a few windows of examples by itself, with the garbage collected before and after: what the thread keeps more
 * then, the operator keeps.
 *
 * An operator is found only when what it kept of these, times all that it was given so far, explains at least half of
 * the excess: one that remembers an example or a table that does not grow keeps nothing of a window, and what somebody
 * else keeps is not kept in its window. So an honest operator is never taken for a hoarder.
 */
export const createHoardWatch = ({memory, accounted, suspects, given, onWarning, threadMemory = createThreadMemory(), lookEvery = 100}: HoardWatchOptions): HoardWatch & {readonly look: () => void} => {
	const baseline = threadMemory.taken();
	const callbacks = new Map<number, Set<(error: ThreadloomError) => void>>(suspects.map(({position}) => [position, new Set()]));
	const found = new Map<number, ThreadloomError>();
	let limit = memory + slack;
	let search: Search | undefined;
	let pause = 1;
	let wait = 0;

	const excessOf = (bytes: number): number => bytes - baseline - accounted();

	const begin = (ends: boolean, excess: number): void => {
		search = {
			excess, ends, windows: new Map(suspects.map(({position}) => [position, []])), looks: 0,
		};
	};

	const isAnswered = (windows: ReadonlyArray<number | undefined>): boolean => windows.length >= windowsEach || windows.includes(undefined);

	/** What the operator keeps in all, going by most of its windows: what is compiled meanwhile disturbs some. */
	const keptBy = (position: number, windows: ReadonlyArray<number | undefined>): number =>
		(windows.length < windowsEach || windows.includes(undefined) ? 0 : Math.max(0, medianOf(windows.slice(1) as number[])) * given(position));

	const conclude = ({excess, ends, windows}: Search): void => {
		search = undefined;
		const kept = suspects
			.map(suspect => ({...suspect, bytes: keptBy(suspect.position, windows.get(suspect.position)!)}))
			.toSorted((a, b) => b.bytes - a.bytes);
		const [most] = kept;
		const explained = kept.reduce((sum, {bytes}) => sum + bytes, 0);
		if (most === undefined || explained < excess / 2) {
			// What the stream itself holds within its budget is much, too.
			if (!ends && excess <= limit) {
				return;
			}

			limit = Math.max(limit, 2 * excess);
			onWarning(`the thread of the stream keeps ${mebibytes(excess)} that nothing accounts for${suspects.length === 0 ? '' : `; it may be ${suspects.map(suspect => describe(suspect)).join(' or ')}`}`);
			return;
		}

		const error = createError('OPERATOR_HOARDS', {
			operator: most.name, position: most.position, bytes: Math.round(Math.min(most.bytes, excess)), examples: given(most.position), memory,
		});
		if (!ends) {
			onWarning(error.message);
			return;
		}

		found.set(most.position, error);
		for (const callback of callbacks.get(most.position)!) {
			callback(error);
		}
	};

	const look = (): void => {
		if (search !== undefined) {
			if (++search.looks > longestSearch || [...search.windows.values()].every(windows => isAnswered(windows))) {
				conclude(search);
			}

			return;
		}

		if (wait-- > 0 || found.size > 0 || excessOf(threadMemory.taken()) <= limit) {
			return;
		}

		const excess = excessOf(threadMemory.kept());
		if (excess > limit) {
			pause = 1;
			begin(true, excess);
		} else {
			// Much of it was garbage: collecting it again and again would cost more than it is worth.
			pause = Math.min(2 * pause, longestPause);
			wait = pause;
		}
	};

	const timer = lookEvery > 0 && suspects.length > 0 ? setInterval(look, lookEvery) : undefined;
	timer?.unref();
	return {
		look,
		asks: position => search !== undefined && !isAnswered(search.windows.get(position) ?? [undefined]),
		answer(position, bytes) {
			search?.windows.get(position)?.push(bytes);
		},
		kept: threadMemory.kept,
		onFound(position, callback) {
			const error = found.get(position);
			if (error !== undefined) {
				callback(error);
			}

			callbacks.get(position)?.add(callback);
			return () => {
				callbacks.get(position)?.delete(callback);
			};
		},
		search() {
			const excess = search === undefined && found.size === 0 && suspects.length > 0 ? excessOf(threadMemory.kept()) : 0;
			if (excess > slack) {
				begin(false, excess);
			}
		},
		close() {
			clearInterval(timer);
		},
	};
};

const medianOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

const describe = ({name, position}: Suspect): string => `"${name}" (operators[${position}])`;
