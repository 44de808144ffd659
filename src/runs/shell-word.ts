/** A path as one word of a command line that people copy. */
export const shellWord = (text: string): string => (/^[\p{L}\p{N}_@%+=:,./-]+$/u.test(text) ? text : `'${text.replaceAll('\'', String.raw`'\''`)}'`);
