import {allocate} from '../tensor/dtypes.ts';
import type {ExampleSpec, RecordChunk} from '../tensor/example.ts';
import {sizeOf} from '../tensor/shape.ts';
import type {RecordStore} from './record-store.ts';

/** Copies records in the order asked for into one chunk. */
export const gatherChunk = (
	store: Pick<RecordStore, 'features' | 'label'>,
	spec: ExampleSpec,
	{source, first, records}: {readonly source: string; readonly first: number; readonly records: ArrayLike<number>},
): RecordChunk => {
	const size = sizeOf(spec.features.shape);
	const labelSize = sizeOf(spec.label.shape);
	const count = records.length;
	const features = allocate(spec.features.dtype, count * size);
	const labels = allocate(spec.label.dtype, count * labelSize);
	for (let row = 0; row < count; row++) {
		const record = records[row]!;
		features.set(store.features(record), row * size);
		const label = store.label(record);
		if (typeof label === 'number') {
			labels[row] = label;
		} else {
			labels.set(label, row * labelSize);
		}
	}

	return {
		source, first, count, features, labels,
	};
};
