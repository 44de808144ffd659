import * as z from 'zod';
import {samplesSchema} from '../feed/schema.ts';
import {batchesSchema} from '../batching/schema.ts';
import {modelSchema} from '../model/schema.ts';
import {operatorsSchema} from '../operators/schema.ts';
import {sizeSchema} from '../schema/size.ts';
import {sinksSchema} from '../sinks/schema.ts';
import {networkSchema, sourceSchema} from '../sources/schema.ts';
import {trainingSchema} from '../training/schema.ts';

const dataSchema = z.strictObject({
	train: sourceSchema.meta({description: 'What is trained on; of a pipeline without a model, what is streamed.'}),
	test: sourceSchema.optional().meta({description: 'What the trained model is evaluated on.'}),
	validation: z.strictObject({
		fraction: z.number().gt(0).lt(1).meta({description: 'Share of the training examples that is kept out of training.'}),
		stratify: z.boolean().default(false).meta({description: 'Whether every class gives the same share.'}),
	}).nullish().transform(validation => validation ?? undefined).meta({description: 'Examples that judge the training as it goes; null for none.'}),
}).meta({description: 'Where the examples come from.'});

/** A whole definition. */
export const definitionSchema = z.strictObject({
	$schema: z.string().optional().meta({description: 'Address of the JSON Schema, for editors.'}),
	version: z.literal(1).meta({description: 'Version of this format.'}),
	name: z.string().normalize('NFC').regex(/^[\p{L}\p{M}\p{N}_.-]+$/u, 'expected letters, digits, _, - and . alone').meta({description: 'Names the run directory. Default: the name of the file.'}),
	description: z.string().optional().meta({description: 'One sentence for the report.'}),
	seed: z.int().nonnegative().optional().meta({description: 'Decides everything random. Default: chosen and told.'}),
	data: dataSchema,
	operators: operatorsSchema,
	samples: samplesSchema.default('fail').meta({description: 'What happens to a record that its source or an operator fails on: the run ends, or the record is left out.'}),
	batches: batchesSchema,
	model: modelSchema.optional(),
	training: trainingSchema.optional(),
	memory: sizeSchema.prefault('1GiB').meta({description: 'What the stream may hold, decoded records included.'}),
	network: networkSchema,
	sinks: sinksSchema,
}).superRefine((definition, context) => {
	if ((definition.model === undefined) !== (definition.training === undefined)) {
		const missing = definition.model === undefined ? 'model' : 'training';
		context.addIssue({code: 'custom', path: [missing], message: `model and training go together; ${missing} is missing`});
	}
}).transform(definition => {
	const {training, data} = definition;
	const {earlyStopping} = training ?? {};
	const monitor = earlyStopping?.monitor ?? (data.validation === undefined ? 'loss' : 'validationLoss');
	return {...definition, training: training && {...training, earlyStopping: earlyStopping && {...earlyStopping, monitor}}};
});

/** A definition with every default filled in. */
export type Definition = z.output<typeof definitionSchema>;
/** A definition as a person writes it, in a module or in code. */
export type DefinitionInput = {
	/** Names the run directory. @default the name of the file */
	readonly name?: string;
	/** Path of a definition that this one is laid over. */
	readonly extends?: string;
	/** Changes by name, applied with a profile. */
	readonly profiles?: Readonly<Record<string, unknown>>;
} & Omit<z.input<typeof definitionSchema>, 'name'>;
