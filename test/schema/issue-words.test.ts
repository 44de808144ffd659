import test from 'ava';
import * as z from 'zod';
import {issueWords} from '../../src/schema/issue-words.ts';

const told = test.macro((t, schema: z.ZodType, value: unknown, expected: string) => {
	const [issue] = schema.safeParse(value).error!.issues;
	t.is(issueWords(issue!, value), expected);
});

for (const [schema, value, expected] of [
	[z.number().min(0), -1, 'expected a number of at least 0, received -1'],
	[z.number().positive(), 0, 'expected a number above 0, received 0'],
	[z.number().max(1), 1.5, 'expected a number of at most 1, received 1.5'],
	[z.number().lt(1), 1, 'expected a number below 1, received 1'],
	[z.int(), 2 ** 60, 'expected an integer of at most 9007199254740991, received 1152921504606847000'],
	[z.int(), 1.5, 'expected an integer, received 1.5'],
	[z.number(), Number.NaN, 'expected a number, received NaN'],
	[z.number().multipleOf(8), 12, 'expected a multiple of 8, received 12'],
	[z.string().min(1), '', 'expected a string of at least 1 character, received ""'],
	[z.string().max(3), 'four', 'expected a string of at most 3 characters, received "four"'],
	[z.array(z.number()).min(2), [1], 'expected a list of at least 2 elements, received [1]'],
	[z.array(z.number()).length(2), [1], 'expected a list of exactly 2 elements, received [1]'],
	[z.string().regex(/^a+$/u), 'b', 'expected a string of the form /^a+$/u, received "b"'],
	[z.email(), 'nobody', 'expected a string of the form email, received "nobody"'],
	[z.enum(['a', 'b']), 'c', 'expected one of a, b, received "c"'],
	[z.literal(1), 2, 'expected 1, received 2'],
	[z.boolean(), 'yes', 'expected true or false, received "yes"'],
	[z.strictObject({}), null, 'expected keys and values, received null'],
	[z.union([z.string(), z.number()]), true, 'it fits none of its forms, received true'],
	[z.number().refine(value => value !== 3), 3, 'it cannot be used, received 3'],
	[z.string(), undefined, 'it is missing'],
] as const) {
	test(`zod's own sentences are told in plain words: ${expected}`, told, schema, value, expected);
}

test('a sentence that a schema brings is told as it is', told, z.number().min(0, 'a share is not negative'), -1, 'a share is not negative, received -1');
test('so is one of a refinement', told, z.number().refine(value => value !== 3, 'expected anything but 3'), 3, 'expected anything but 3');
test('a long value is cut', told, z.number(), 'x'.repeat(100), `expected a number, received "${'x'.repeat(59)}…`);
test('a key that does not fit is told', t => {
	const [issue] = z.record(z.string().regex(/^\d$/u), z.number()).safeParse({ten: 1}).error!.issues;
	t.is(issueWords(issue!, 1), String.raw`expected a string of the form /^\d$/u, received "ten"`);
});
