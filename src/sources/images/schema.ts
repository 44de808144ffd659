import {z} from 'zod';

const side = z.int().min(1).max(16_384);

/** Options of the source of image files. */
export const folderOptions = z.strictObject({
	folder: z.string().min(1).meta({description: 'A folder with one folder of PNG or JPEG files for every class.'}),
	imageSize: z.tuple([side, side]).optional().meta({description: 'Height and width that every image is scaled to; without it all must be of one size.'}),
	colorMode: z.enum(['rgb', 'grayscale']).default('rgb').meta({description: 'Three channels or one; transparency is left out.'}),
});
