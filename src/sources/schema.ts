import {z} from 'zod';

const sha256 = z.string().regex(/^[\da-f]{64}$/u, 'Expected 64 lower-case hex digits').meta({description: 'sha256 of the file as it lies on disk, in hex.'});

/** A split of a data set in the catalogue. */
export const datasetSchema = z.strictObject({
	dataset: z.string().min(1).meta({description: 'Name of a data set in the catalogue.'}),
	split: z.enum(['train', 'test']).meta({description: 'Which of its two splits.'}),
	take: z.int().min(1).optional().meta({description: 'Records of one pass, from the first on; all by default.'}),
});

/** A pair of IDX files. */
export const filesSchema = z.strictObject({
	images: z.string().min(1).meta({description: 'Path of an IDX file of records, gzipped or not.'}),
	labels: z.string().min(1).optional().meta({description: 'Path of an IDX file with one label a record; without it every label is 0.'}),
	sha256: z.strictObject({images: sha256.optional(), labels: sha256.optional()}).optional()
		.meta({description: 'Digests that the files must have.'}),
	classes: z.array(z.string().min(1)).min(1).optional().meta({description: 'Names of the classes; labels are checked against their number.'}),
});

/** The built-in generator. */
export const syntheticSchema = z.strictObject({
	synthetic: z.strictObject({
		count: z.int().min(1).default(1024).meta({description: 'Records of one pass.'}),
		shape: z.array(z.int().min(1)).min(1).max(7).default([28, 28]).meta({description: 'Shape of one record.'}),
		classes: z.int().min(1).default(10).meta({description: 'Number of classes.'}),
		seed: z.int().min(0).default(0).meta({description: 'Decides labels and noise; the classes look the same for every seed.'}),
	}).meta({description: 'A generator of random records that can be learnt.'}),
});

/** A source of the user's own. */
export const customSchema = z.strictObject({
	source: z.string().min(1).meta({description: 'Path of a module whose default export is defineSource({…}).'}),
	options: z.record(z.string(), z.unknown()).default({}).meta({description: 'What the module\'s own schema accepts.'}),
});

/** Where one split's records come from: one of four forms, told apart by their first key. */
export const sourceSchema = z.union([datasetSchema, filesSchema, syntheticSchema, customSchema]);

/** A source as the definition holds it, defaults filled in. */
export type SourceConfig = z.output<typeof sourceSchema>;
