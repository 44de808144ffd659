import {createError} from '../errors/threadloom-error.ts';
import type {RecordFault} from '../sources/source.ts';
import {filter} from '../stream/rx.ts';
import type {Example, ExampleSpec} from '../tensor/example.ts';
import type {ChainLink} from './operator-chain.ts';
import type {Rejects} from './rejects.ts';

/** Hears of the records that a source cannot read, where they are left out. */
export const rejectFrom = (source: string, rejects: Rejects): ((fault: RecordFault) => void) | undefined =>
	(rejects.skips
		? fault => {
			rejects.add({...fault, source});
		}
		: undefined);

/** Lets some examples through; it has no place among the operators of the definition. */
const choosing = (spec: ExampleSpec, keeps: (example: Example) => boolean): ChainLink => ({
	input: spec,
	output: spec,
	step: {
		name: 'samples',
		position: -1,
		cardinality: 'filter',
		deterministic: true,
		selects: true,
		options: {},
		holds: () => 0,
		output: same => same,
		fit: undefined,
		affine: undefined,
		create: () => filter(keeps),
	},
});

/** Before all operators: leaves out what its source could not read. Nothing where such a record ends the stream. */
export const readableOnly = (rejects: Rejects, spec: ExampleSpec): readonly ChainLink[] => (rejects.skips
	? [choosing(spec, ({source, index}) => !rejects.isUnreadable(source, index))]
	: []);

/** A finite number that is infinite in float32. */
const beyondFloat32 = (value: number): boolean => Number.isFinite(value) && !Number.isFinite(Math.fround(value));

const firstBeyond = (given: Example['features'] | Example['label']): number | undefined => {
	if (typeof given === 'number') {
		return beyondFloat32(given) ? given : undefined;
	}

	return given instanceof Float64Array ? given.find(value => beyondFloat32(value)) : undefined;
};

/** After all operators: leaves out what has a number that no slot can hold. Nothing where there can be none, or it ends the stream. */
export const representableOnly = (rejects: Rejects, spec: ExampleSpec): readonly ChainLink[] => (rejects.skips && [spec.features, spec.label].some(({dtype}) => dtype === 'float64')
	? [choosing(spec, example => {
		const {source, index: record} = example;
		for (const part of ['features', 'label'] as const) {
			const value = firstBeyond(example[part]);
			if (value !== undefined) {
				const {code, message} = createError('FLOAT32_RANGE', {record, value, part: part === 'label' ? 'labels' : part});
				rejects.add({source, record, code, reason: message});
				return false;
			}
		}

		return true;
	})]
	: []);
