import * as z from 'zod';

/** What happens to a record that its source or an operator fails on. */
export const samplesSchema = z.union([
	z.enum(['fail', 'skip']),
	z.strictObject({
		limit: z.union([
			z.strictObject({count: z.int().min(1).meta({description: 'Records that may be left out.'})}),
			z.strictObject({share: z.number().gt(0).max(1).meta({description: 'Share of the records of a source that may be left out.'})}),
		]).meta({description: 'Leaves such records out, up to a number or a share of them.'}),
	}),
]);

/** The policy of a definition. */
export type SamplePolicy = z.output<typeof samplesSchema>;
