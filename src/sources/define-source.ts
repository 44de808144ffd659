import type {z} from 'zod';
import type {ByteInput} from './byte-input.ts';
import type {Location} from './create-input.ts';
import type {Source} from './source.ts';

/** What a source is given when it is made. */
export interface SourceContext {
	/** Folder of the definition: what relative paths in the options start at. */
	readonly baseDirectory: string;
	/** The absolute path of one in the options. */
	readonly resolve: (path: string) => string;
	/** Reads the bytes of a path or an address that stay the same as long as they are in use; `-` is the standard input. */
	readonly openInput: (location: Location) => ByteInput;
}

/** A kind of source: a schema for its options, and what makes it. */
export interface SourceDefinition<Options> {
	/** Checks the options of the definition file. */
	readonly options: z.ZodType<Options>;
	/** Makes the source; nothing is read yet. */
	readonly create: (options: Options, context: SourceContext) => Source | Promise<Source>;
}

/** Defines a source of one's own; a module with it as the default export is named by `{source: PATH, options}`. */
export const defineSource = <Options>(definition: SourceDefinition<Options>): SourceDefinition<Options> => definition;
