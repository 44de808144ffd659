/** A path as one word of a command line that people copy. */
export const shellWord = (text: string): string => (/^[\p{L}\p{N}_@%+=:,./-]+$/u.test(text) ? text : `'${text.replaceAll('\'', String.raw`'\''`)}'`);

/** The command that goes on with a run. */
export const resumeCommand = (directory: string): string => `pipeline resume ${shellWord(directory)}`;
