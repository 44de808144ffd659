const oneLine = (text: string): string => text.trim().replaceAll(/\s*\n\s*/gu, ' ');

/** What a thrown value says, in one line; anything may be thrown. */
export const messageOf = (thrown: unknown): string => {
	if (thrown instanceof Error) {
		return oneLine(thrown.message) || thrown.name;
	}

	if (typeof thrown === 'string' && thrown.trim() !== '') {
		return oneLine(thrown);
	}

	return `it threw ${typeof thrown === 'object' && thrown !== null ? 'an object that is no error' : JSON.stringify(thrown) ?? String(thrown)}`;
};

/** Whether a thrown value is an error with a code, such as ENOENT of the system. */
export const hasCode = (thrown: unknown, code: string): boolean => thrown instanceof Error && 'code' in thrown && thrown.code === code;
