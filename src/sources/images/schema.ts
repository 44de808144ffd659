import * as z from 'zod';

const side = z.int().min(1).max(16_384);

/** Options of the source of image files. */
export const folderOptions = z.strictObject({
	folder: z.string().min(1).meta({description: 'A folder with one folder of PNG or JPEG files for every class.'}),
	imageSize: z.tuple([side, side]).optional().meta({description: 'Height and width that every image is scaled to; without it all must be of one size.'}),
	colorMode: z.enum(['rgb', 'grayscale']).default('rgb').meta({description: 'Three channels or one; transparency is left out.'}),
	classes: z.array(z.string().min(1)).min(1).refine(names => new Set(names).size === names.length, 'Expected every name once').optional()
		.meta({description: 'Names of the folders in the order of their numbers; one may be without images. By default those that hold images, by name.'}),
});
