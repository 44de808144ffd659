const oneLine = (text: string): string => text.trim().replaceAll(/\s*\n\s*/gu, ' ');

/** What is thrown instead of an error. Not by JSON, which throws at a bigint. */
const kindOf = (thrown: unknown): string => {
	if (typeof thrown === 'object' && thrown !== null) {
		return 'an object that is no error';
	}

	return typeof thrown === 'function' ? 'a function' : (typeof thrown === 'string' ? JSON.stringify(thrown) : String(thrown));
};

/** What a thrown value says, in one line; anything may be thrown. */
export const messageOf = (thrown: unknown): string => {
	if (thrown instanceof Error) {
		return oneLine(String(thrown.message)) || thrown.name; // A message may be anything, too.
	}

	if (typeof thrown === 'string' && thrown.trim() !== '') {
		return oneLine(thrown);
	}

	return `it threw ${kindOf(thrown)}`;
};

/** Whether a thrown value is an error with a code, such as ENOENT of the system. */
export const hasCode = (thrown: unknown, code: string): boolean => thrown instanceof Error && 'code' in thrown && thrown.code === code;

/** The first line of what a thrown value says, where others tell of a stack or a path each. */
export const firstLineOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message.split('\n', 1)[0]! : messageOf(thrown));
