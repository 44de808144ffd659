import type * as z from 'zod';

type Issue = z.core.$ZodIssue;

/** What a type is called in a message. */
const typeNames: Readonly<Record<string, string>> = {
	int: 'an integer', number: 'a number', string: 'a string', boolean: 'true or false', array: 'a list', tuple: 'a list', object: 'keys and values', record: 'keys and values',
};

/** What is counted in values that have a length. */
const units: Readonly<Record<string, string>> = {string: 'character', array: 'element', set: 'element', map: 'entry'};

/** A value as a person knows it from a definition, cut where it is long. */
const show = (value: unknown): string => {
	// JSON has no word for the numbers that are none, nor for what only code can give.
	const text = typeof value === 'object' || typeof value === 'string' || typeof value === 'boolean' ? JSON.stringify(value) : String(value);
	return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

const count = (bound: number | bigint, unit: string): string => `${bound} ${unit}${Number(bound) === 1 ? '' : 's'}`;

/** `a number of at least 1`, `a list of at most 2 elements`. */
const bounded = (issue: Issue & {readonly code: 'too_small' | 'too_big'}): string => {
	const {origin, inclusive = true, exact = false} = issue;
	const [bound, words] = issue.code === 'too_small'
		? [issue.minimum, inclusive ? 'of at least' : 'above'] as const
		: [issue.maximum, inclusive ? 'of at most' : 'below'] as const;
	const unit = units[origin];
	return `${typeNames[origin] ?? `a ${origin}`} ${exact ? 'of exactly' : words} ${unit === undefined ? bound : count(bound, unit)}`;
};

const expectedBy = (issue: Issue): string | undefined => {
	switch (issue.code) {
		case 'invalid_type': {
			return typeNames[issue.expected] ?? issue.expected;
		}

		case 'invalid_value': {
			return `${issue.values.length === 1 ? '' : 'one of '}${issue.values.join(', ')}`;
		}

		case 'too_small':
		case 'too_big': {
			return bounded(issue);
		}

		case 'not_multiple_of': {
			return `a multiple of ${issue.divisor}`;
		}

		case 'invalid_format': {
			return `a string of the form ${issue.format === 'regex' ? issue.pattern : issue.format}`;
		}

		default: {
			return undefined;
		}
	}
};

/** Whether a sentence is zod's and not of the schema. */
const isOfZod = (message: string): boolean => /^(?:Too (?:small|big): |Invalid )/u.test(message);

/** What is wrong with a value, in the words of this program, or of the schema where it brought its own. */
export const issueWords = (issue: Issue, value: unknown): string => {
	if (value === undefined && issue.code !== 'custom') {
		return 'it is missing';
	}

	if (!isOfZod(issue.message)) {
		return issue.code === 'custom' ? issue.message : `${issue.message}, received ${show(value)}`;
	}

	// What a key of a map has to be.
	if (issue.code === 'invalid_key' && issue.issues[0] !== undefined) {
		return issueWords(issue.issues[0], issue.path.at(-1));
	}

	const expected = expectedBy(issue);
	return `${expected === undefined ? (issue.code === 'invalid_union' ? 'it fits none of its forms' : 'it cannot be used') : `expected ${expected}`}, received ${show(value)}`;
};
