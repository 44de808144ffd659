import * as z from 'zod';

/** Options of the NumPy source. */
export const npyOptions = z.strictObject({
	npy: z.string().min(1).meta({description: 'Path of a .npy file whose first axis counts the records.'}),
	labels: z.string().min(1).optional().meta({description: 'Path of a .npy file with one label a record; without it every label is 0.'}),
	classes: z.array(z.string().min(1)).min(1).optional().meta({description: 'Names of the classes; labels are checked against their number.'}),
});
