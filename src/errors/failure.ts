/** A promise that never resolves and rejects at the first failure. */
export interface Failure {
	readonly failed: Promise<never>;
	readonly fail: (error: unknown) => void;
}

/** Makes a failure that may go unheard. */
export const createFailure = (): Failure => {
	let fail!: (error: unknown) => void;
	const failed = new Promise<never>((_resolve, reject) => {
		fail = reject;
	});
	failed.catch(() => undefined);
	return {failed, fail};
};
