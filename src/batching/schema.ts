import * as z from 'zod';

const shuffleSchema = z.union([
	z.enum(['global', 'none']),
	z.strictObject({
		window: z.int().min(1).meta({description: 'Examples that are held at a time; a random one leaves whenever another comes.'}),
	}),
]);

/** How a training pass is ordered. */
export type Shuffle = z.output<typeof shuffleSchema>;

export const batchesSchema = z.strictObject({
	size: z.union([z.int().min(1), z.literal('all')]).default(32)
		.meta({description: 'Examples of a mini-batch, or `all` for one batch of the whole training share.'}),
	shuffle: shuffleSchema.default('global')
		.meta({description: 'Order of the training share: a new permutation each epoch, a window over the stream, or none.'}),
	remainder: z.enum(['keep', 'drop']).default('keep')
		.meta({description: 'Whether a short last batch is kept, padded with rows of weight 0, or dropped.'}),
}).prefault({}).meta({description: 'How examples become mini-batches.'});

/** The batches of a definition, defaults filled in. */
export type BatchesConfig = z.output<typeof batchesSchema>;
