import test from 'ava';
import {initialParameters} from '../../src/model/initial-parameters.ts';
import type {Layer} from '../../src/model/layer.ts';
import {layerSchema} from '../../src/model/schema.ts';
import {sameShape, sizeOf, type Shape} from '../../src/tensor/shape.ts';
import {modelOf} from './networks.ts';

export interface LayerCase {
	/** The layer as a definition writes it. */
	readonly layer: unknown;
	readonly input: Shape;
	readonly output: Shape;
	/** Names and shapes in the canonical order. */
	readonly parameters?: Readonly<Record<string, Shape>>;
}

const numbersOf = (value: Float32Array | Float64Array): number[] => [...value];

/** What every layer keeps: its shapes, a configuration that survives being written and read, initial values by seed and name. */
export const layerConformance = test.macro<[LayerCase]>({
	exec(t, {layer, input, output, parameters = {}}) {
		const model = modelOf([layer, 'flatten', {dense: {units: 3}}], {input});
		const first = model.layers[0]!;
		t.deepEqual(first.input, input);
		t.deepEqual(first.output, output);
		t.deepEqual(model.layers[1]!.input, output);

		const entries = first.parameters;
		t.deepEqual(Object.fromEntries(entries.map(({name, shape}) => [name, shape])), {...parameters});
		let offset = 0;
		for (const entry of model.layout) {
			t.is(entry.offset, offset, `${entry.name} follows the entry before it`);
			offset += sizeOf(entry.shape);
		}

		t.is(model.parameterCount, offset);
		t.deepEqual(model.initializers.map(({entry}) => entry), model.layout.map(({name}) => name));

		const config = layerSchema.parse(layer);
		const text = JSON.stringify(config);
		t.deepEqual(layerSchema.parse(JSON.parse(text)), config);
		t.deepEqual(layerSchema.parse({[config.name]: config.options}), config);

		for (const precision of ['float32', 'float64'] as const) {
			const draw = (seed: number, layers: readonly unknown[]) => {
				const drawn = modelOf([...layers, 'flatten', {dense: {units: 3}}], {input});
				const values = initialParameters(drawn, {seed, precision});
				return entries.map(({name, shape}) => {
					const place = drawn.layout.find(entry => entry.name === name)!;
					return numbersOf(values.slice(place.offset, place.offset + sizeOf(shape)));
				});
			};

			t.deepEqual(draw(7, [layer]), draw(7, [layer]), 'the same seed gives the same bits');
			if (sameShape(input, output)) {
				t.deepEqual(draw(7, [layer, {dropout: {rate: 0.1}}]), draw(7, [layer]), 'other layers change nothing');
			}

			if (entries.length > 0) {
				t.notDeepEqual(draw(8, [layer]), draw(7, [layer]), 'another seed gives other bits');
			}
		}
	},
	title: (_, {layer, input}) => `${JSON.stringify(layer)} on ${input.join(' × ')} keeps the contract of layers`,
});
