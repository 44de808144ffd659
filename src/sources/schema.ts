import * as z from 'zod';
import {durationSchema} from '../schema/duration.ts';
import {sizeSchema} from '../schema/size.ts';
import {addressFault, isAddress} from './http/address.ts';
import {folderOptions} from './images/schema.ts';
import {npyOptions} from './npy/schema.ts';

const sha256 = z.string().regex(/^[\da-f]{64}$/u, 'Expected 64 lower-case hex digits').meta({description: 'sha256 of the file as it lies on disk or arrives, in hex.'});

/** A path, or an address, or an address and its mirrors; a list is one file from several places. */
const location = (what: string): z.ZodType<string | readonly string[]> => {
	const checked = (schema: z.ZodString, expected: string): z.ZodString => schema.superRefine((given, context) => {
		const fault = isAddress(given) ? addressFault(given) : undefined;
		if (fault !== undefined) {
			context.addIssue({code: 'custom', message: `${fault}; expected ${expected} that starts with http:// or https:// and holds no user name or password`});
		}
	});
	const address = checked(z.string().refine(isAddress, 'expected an address; only addresses have mirrors'), 'an address');
	const either = checked(z.string().min(1), 'a path, or an address');
	return z.union([either, z.array(address).min(1)]).meta({description: `Path or address of ${what}; a list is an address and its mirrors.`});
};

/** A split of a data set in the catalogue. */
const datasetSchema = z.strictObject({
	dataset: z.string().min(1).meta({description: 'Name of a data set in the catalogue.'}),
	split: z.enum(['train', 'test']).meta({description: 'Which of its two splits.'}),
	take: z.int().min(1).optional().meta({description: 'Records of one pass, from the first on; all by default.'}),
});

/** A pair of IDX files. */
const filesSchema = z.strictObject({
	images: location('an IDX file of records, gzipped or not; - is the standard input'),
	labels: location('an IDX file with one label a record').optional().meta({description: 'The same of one label a record; without it every label is 0.'}),
	sha256: z.strictObject({images: sha256.optional(), labels: sha256.optional()}).optional()
		.meta({description: 'Digests that the files must have.'}),
	classes: z.array(z.string().min(1)).min(1).optional().meta({description: 'Names of the classes; labels are checked against their number.'}),
});

/** What the generator may hold: one record, as much as a file may have, and the patterns of all classes. */
const mostRecordBytes = 64 * 1024 * 1024;
const mostPatternBytes = 1024 * 1024 * 1024;

/** The built-in generator. */
const syntheticSchema = z.strictObject({
	synthetic: z.strictObject({
		count: z.int().min(1).default(1024).meta({description: 'Records of one pass.'}),
		shape: z.array(z.int().min(1)).min(1).max(7).default([28, 28]).meta({description: 'Shape of one record.'}),
		classes: z.int().min(1).max(2 ** 16).default(10).meta({description: 'Number of classes.'}),
		seed: z.int().min(0).default(0).meta({description: 'Decides labels and noise; the classes look the same for every seed.'}),
	}).superRefine(({shape, classes}, context) => {
		const bytes = shape.reduce((product, size) => product * size, 1);
		if (bytes > mostRecordBytes || bytes * classes > mostPatternBytes) {
			context.addIssue({code: 'custom', path: ['shape'], message: bytes > mostRecordBytes
				? `a record has ${bytes} bytes, more than ${mostRecordBytes}`
				: `the patterns of ${classes} classes have ${bytes * classes} bytes, more than ${mostPatternBytes}`});
		}
	}).meta({description: 'A generator of random records that can be learnt.'}),
});

/** A source of the user's own. */
const customSchema = z.strictObject({
	source: z.string().min(1).meta({description: 'Path of a module whose default export is defineSource({…}).'}),
	options: z.record(z.string(), z.unknown()).default({}).meta({description: 'What the module\'s own schema accepts.'}),
});

/** A source by itself: one of these forms, told apart by their first key. */
const singleSchema = z.union([datasetSchema, filesSchema, npyOptions, folderOptions, syntheticSchema, customSchema]);

/** Several sources as one, each after the other. */
const shardsSchema = z.strictObject({
	shards: z.array(singleSchema).min(1).meta({description: 'Sources of one shape and type that are read as one, one after the other.'}),
});

/** Several sources as one, mixed. */
const mixSchema = z.strictObject({
	mix: z.array(z.strictObject({
		from: singleSchema.meta({description: 'A source.'}),
		weight: z.number().positive().default(1).meta({description: 'How often it is drawn, next to the others.'}),
	})).min(1).meta({description: 'Sources of one shape and type; each record comes from one of them, drawn by weight.'}),
	stop: z.enum(['first', 'all', 'never']).default('first')
		.meta({description: 'Ends when the first source is through, or when all are; or never, each then starts again, and training.stepsPerEpoch says what an epoch is.'}),
	seed: z.int().min(0).default(0).meta({description: 'Decides the order of the mixture.'}),
});

/** Where one split's records come from. */
export const sourceSchema = z.union([datasetSchema, filesSchema, npyOptions, folderOptions, syntheticSchema, customSchema, shardsSchema, mixSchema]);

/** How addresses are read. */
export const networkSchema = z.strictObject({
	allowPrivate: z.array(z.string().min(1).toLowerCase()).default([]).meta({description: 'Hosts that may be this machine or lie in its own network; never reached by a redirect.'}),
	retries: z.int().min(0).max(100).default(5).meta({description: 'Retries at one address in a row that bring less than 1 MiB each before the next mirror is tried.'}),
	headersTimeout: durationSchema.prefault('30s').meta({description: 'How long the head of an answer may take.'}),
	bodyTimeout: durationSchema.prefault('30s').meta({description: 'How long a body may bring nothing while it is waited for.'}),
	minimumRate: sizeSchema.prefault('1KiB').meta({description: 'What a body must bring in a second, over 30 seconds of waiting.'}),
}).prefault({}).meta({description: 'How files are read that lie elsewhere.'});

/** A source as the definition holds it, defaults filled in. */
export type SourceConfig = z.output<typeof sourceSchema>;
