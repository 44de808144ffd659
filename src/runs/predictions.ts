import path from 'node:path';
import {makeFolder, writeDurably} from '../checkpoints/durable-write.ts';
import type {ScoredRow} from '../evaluation/accumulator.ts';
import type {Gallery, GalleryImage} from '../evaluation/report.ts';
import type {Feed} from '../feed/feed.ts';
import type {SplitName} from '../batching/pass.ts';
import type {TensorSpec} from '../tensor/shape.ts';

const examplesPerClass = 8;
const worstMistakes = 24;

type Prediction = Pick<ScoredRow, 'record' | 'actual' | 'predicted' | 'loss'> & {readonly probability: number | undefined};

/** Collects what a report shows of single examples while a split is scored. */
export interface PredictionCollector {
	readonly onRow: (row: ScoredRow) => void;
	/** Writes `report/predictions.ndjson`, one line an example in the order of the split. */
	readonly write: (directory: string) => Promise<void>;
	/** Fetches the images to show; undefined when the records are no images. */
	readonly gallery: (feed: Feed, split: SplitName) => Promise<Gallery | undefined>;
}

/** Makes a collector for one split. */
export const collectPredictions = (): PredictionCollector => {
	const rows: Prediction[] = [];
	return {
		onRow({record, actual, predicted, loss, probabilities}) {
			rows.push({record, actual, predicted, loss, probability: predicted === undefined ? undefined : probabilities[predicted]});
		},
		async write(directory) {
			const folder = path.join(directory, 'report');
			await makeFolder(folder);
			await writeDurably(path.join(folder, 'predictions.ndjson'), [Buffer.from(rows.map(row => `${JSON.stringify(row)}\n`).join(''))]);
		},
		async gallery(feed, split) {
			const spec = feed.info.sources[split]?.features;
			const shape = spec && imageShape(spec);
			if (shape === undefined) {
				return undefined;
			}

			const mistakes = rows.filter(({actual, predicted}) => actual !== predicted).toSorted((a, b) => b.loss - a.loss).slice(0, worstMistakes);
			const examples = firstOfEachClass(rows);
			const pixels = await readPixels(feed, split, [...mistakes, ...examples].map(({record}) => record));
			const image = (prediction: Prediction): GalleryImage => ({...withoutUndefined(prediction), actual: prediction.actual!, record: prediction.record, pixels: pixels.get(prediction.record)!});
			return {shape, examples: examples.map(image), mistakes: mistakes.map(image)};
		},
	};
};

const withoutUndefined = ({predicted, probability, loss}: Prediction): Partial<GalleryImage> => ({
	loss,
	...(predicted !== undefined && {predicted}),
	...(probability !== undefined && {probability}),
});

const firstOfEachClass = (rows: readonly Prediction[]): readonly Prediction[] => {
	const counts = new Map<number, number>();
	return rows.filter(({actual}) => {
		if (actual === undefined) {
			return false;
		}

		const count = counts.get(actual) ?? 0;
		counts.set(actual, count + 1);
		return count < examplesPerClass;
	});
};

/** Bytes of grey or RGB images; anything else is not drawn. */
const imageShape = ({shape, dtype}: TensorSpec): Gallery['shape'] | undefined => {
	const [height, width, channels = 1] = shape;
	if (dtype !== 'uint8' || shape.length < 2 || shape.length > 3 || (channels !== 1 && channels !== 3)) {
		return undefined;
	}

	return [height!, width!, channels];
};

const readPixels = async (feed: Feed, split: SplitName, records: readonly number[]): Promise<ReadonlyMap<number, string>> => {
	const unique = [...new Set(records)];
	const {features} = await feed.read(split, unique);
	const size = features.length / unique.length;
	return new Map(unique.map((record, index) => [record, Buffer.from(features.subarray(index * size, (index + 1) * size) as Uint8Array).toString('base64')]));
};
