import type {ExitName} from './exit-codes.ts';

/** Plain, cloneable facts of one error; they cross threads and end in `--json` output. */
export type Details = Readonly<Record<string, unknown>>;

/** One row of the error catalogue: how the process exits, what it says and what a person can do. */
export interface ErrorEntry<D extends Details> {
	readonly exit: ExitName;
	readonly message: (details: D) => string;
	readonly hint: ((details: D) => string) | undefined;
}

/** Makes one row of the catalogue; the sentence ends without a full stop and names the place in parentheses. */
export const entry = <D extends Details = Readonly<Record<never, never>>>(
	exit: ExitName,
	message: (details: D) => string,
	hint?: (details: D) => string,
): ErrorEntry<D> => ({exit, message, hint});
