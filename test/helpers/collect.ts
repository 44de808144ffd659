/** Reads an async iterable to its end. */
export const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
	const all: T[] = [];
	for await (const item of items) {
		all.push(item);
	}

	return all;
};

/** Asks an iterator to its end. */
export const drainIterator = async (iterator: AsyncIterator<unknown>): Promise<void> => {
	let done: boolean | undefined = false;
	while (!done) {
		({done} = await iterator.next());
	}
};
