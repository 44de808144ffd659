import * as z from 'zod';
import {named, type Named} from '../schema/named.ts';

const positive = z.int().positive();
const pair = z.union([positive, z.tuple([positive, positive])])
	.transform((size): readonly [number, number] => (typeof size === 'number' ? [size, size] : size));

const activationSchema = z.enum(['linear', 'relu', 'sigmoid', 'tanh', 'softmax']);
const paddingSchema = z.enum(['valid', 'same']);

const none = z.strictObject({});

/** An initializer by Keras's name, with its parameters where it has some. */
const initializerSchema = named({
	glorotUniform: none,
	glorotNormal: none,
	heUniform: none,
	heNormal: none,
	lecunUniform: none,
	lecunNormal: none,
	zeros: none,
	ones: none,
	constant: z.strictObject({value: z.number().default(0).meta({description: 'The value.'})}),
	randomNormal: z.strictObject({mean: z.number().default(0), stddev: z.number().nonnegative().default(0.05)}),
	truncatedNormal: z.strictObject({mean: z.number().default(0), stddev: z.number().nonnegative().default(0.05)}),
	randomUniform: z.strictObject({minval: z.number().default(-0.05), maxval: z.number().default(0.05)}),
}, {what: 'initializer'});

export type Initializer = z.output<typeof initializerSchema>;

const name = z.string().regex(/^[A-Za-z_][\w-]*$/u, 'expected letters, digits, _ and -, first of all a letter or _').optional().meta({description: 'Name of the layer. Default: the type, numbered.'});
const activation = activationSchema.default('linear').meta({description: 'Applied to the output.'});
const weights = {
	useBias: z.boolean().default(true).meta({description: 'Whether a bias is added.'}),
	kernelInitializer: initializerSchema.prefault('glorotUniform').meta({description: 'Initial values of the kernel.'}),
	biasInitializer: initializerSchema.prefault('zeros').meta({description: 'Initial values of the bias.'}),
};

const pooling = z.strictObject({
	name,
	poolSize: pair.prefault(2).meta({description: 'Height and width of the window.'}),
	strides: pair.optional().meta({description: 'Steps between windows. Default: the size of the window.'}),
	padding: paddingSchema.default('valid').meta({description: '`valid`: whole windows only; `same`: as many as there are strides.'}),
});

const layerOptions = {
	dense: z.strictObject({name, units: positive.meta({description: 'Number of outputs.'}), activation, ...weights}),
	conv2d: z.strictObject({
		name,
		filters: positive.meta({description: 'Number of output channels.'}),
		kernelSize: pair.meta({description: 'Height and width of the kernel.'}),
		strides: pair.prefault(1).meta({description: 'Steps between windows.'}),
		padding: paddingSchema.default('valid').meta({description: '`valid`: no padding; `same`: the output is the input divided by the strides, rounded up.'}),
		activation,
		...weights,
	}),
	maxPooling2d: pooling,
	averagePooling2d: pooling,
	flatten: z.strictObject({name}),
	reshape: z.strictObject({name, targetShape: z.array(positive).min(1).meta({description: 'Shape of one example after the layer.'})}),
	dropout: z.strictObject({name, rate: z.number().min(0).lt(1).meta({description: 'Share of elements set to 0 while training.'})}),
	activation: z.strictObject({name, activation: activationSchema.meta({description: 'The function.'})}),
};

/** One layer of a definition: `{type: options}`, or the bare type where it needs no options. */
export const layerSchema = named(layerOptions, {what: 'layer'});

/** `{name: 'dense', options: {units: 10, …}}`. */
export type LayerConfig = Named<typeof layerOptions>;

export const lossSchema = z.enum(['categoricalCrossentropy', 'sparseCategoricalCrossentropy', 'binaryCrossentropy', 'meanSquaredError']);

export const modelSchema = z.strictObject({
	layers: z.array(layerSchema).min(1).meta({description: 'The layers, first to last.'}),
}).meta({description: 'The network.'});
