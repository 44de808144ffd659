import {filter} from '../stream/rx.ts';
import type {RecordFault} from '../sources/source.ts';
import type {ExampleSpec} from '../tensor/example.ts';
import type {ChainLink} from './operator-chain.ts';
import type {Rejects} from './rejects.ts';

/** Hears of the records that a source cannot read, where they are left out. */
export const rejectFrom = (source: string, rejects: Rejects): ((fault: RecordFault) => void) | undefined =>
	(rejects.skips
		? fault => {
			rejects.add({...fault, source});
		}
		: undefined);

/** Before all operators: leaves out what its source could not read. Nothing where such a record ends the stream. */
export const readableOnly = (rejects: Rejects, spec: ExampleSpec): readonly ChainLink[] => (rejects.skips
	? [{
		input: spec,
		output: spec,
		step: {
			name: 'samples',
			// No place among the operators of the definition.
			position: -1,
			cardinality: 'filter',
			deterministic: true,
			selects: true,
			options: {},
			holds: () => 0,
			output: same => same,
			fit: undefined,
			affine: undefined,
			create: () => filter(({source, index}) => !rejects.isUnreadable(source, index)),
		},
	}]
	: []);
