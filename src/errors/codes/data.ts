import {entry} from '../entry.ts';

const at = (d: {path: string; record?: number; offset?: number}): string =>
	`(file ${d.path}${d.record === undefined ? '' : `, record ${d.record}`}${d.offset === undefined ? '' : `, byte ${d.offset}`})`;

const fetchAgain = (): string => 'The file is incomplete or damaged. Fetch it again.';

export const dataErrors = {
	FILE_NOT_FOUND: entry(
		'noInput',
		(d: {path: string}) => `There is no such file (file ${d.path})`,
		() => 'Check the path; relative paths in a definition start at its folder, those of the command line where it is called.',
	),
	FILE_UNREADABLE: entry(
		'noInput',
		(d: {path: string; reason: string}) => `The file cannot be read: ${d.reason} (file ${d.path})`,
	),
	NOT_A_FILE: entry(
		'data',
		(d: {path: string; kind: string}) => `Expected a regular file. Received: a ${d.kind} (file ${d.path})`,
		d => d.kind === 'directory' ? 'A definition reads a folder of images with `{folder: FOLDER}`; predict reads IDX files.' : 'Name a file that lies on a disk.',
	),
	EMPTY: entry('data', (d: {path: string}) => `The file is empty (file ${d.path})`, fetchAgain),
	NOT_GZIP: entry(
		'data',
		(d: {path: string; start: string}) => `The file is named .gz but holds neither gzip nor IDX; it starts with ${d.start} (file ${d.path}, byte 0)`,
		() => 'A server may have sent an error page in place of the file. Fetch it again.',
	),
	NOT_IDX: entry(
		'data',
		(d: {path: string; start: string}) => `The file holds neither IDX nor gzip; it starts with ${d.start} (file ${d.path}, byte 0)`,
		d => d.start.startsWith('93 4e 55 4d 50 59')
			? 'This is a NumPy array: a definition reads it with `{npy: FILE, labels: FILE}`; predict reads IDX files.'
			: 'An IDX file starts with two zero bytes, an element type and the number of dimensions.',
	),
	GZIP_TRUNCATED: entry(
		'data',
		(d: {path: string; offset: number}) => `The gzip stream ends before its trailer (file ${d.path}, byte ${d.offset})`,
		() => 'The file is incomplete. Fetch it again.',
	),
	GZIP_CORRUPT: entry(
		'data',
		(d: {path: string; offset: number; reason: string}) =>
			`The gzip stream is damaged: ${d.reason} (file ${d.path}, at or before byte ${d.offset})`,
		fetchAgain,
	),
	GZIP_NESTED: entry(
		'data',
		(d: {path: string}) => `The gzip stream holds another compressed stream (file ${d.path})`,
		() => 'Unpack it once. Only one layer of gzip is read.',
	),
	IDX_MAGIC: entry(
		'data',
		(d: {path: string; offset: number; byte: number; expected: string}) =>
			`The IDX header is wrong: expected ${d.expected}, got 0x${d.byte.toString(16).padStart(2, '0')} ${at(d)}`,
	),
	IDX_DIMENSION: entry(
		'data',
		(d: {path: string; offset: number; reason: string}) => `The IDX header cannot be used: ${d.reason} ${at(d)}`,
	),
	IDX_TRUNCATED: entry(
		'data',
		(d: {path: string; expected: number; got: number; record?: number}) =>
			`The IDX file is too short: expected ${d.expected} bytes, got ${d.got} ${at(d)}`,
		fetchAgain,
	),
	IDX_TRAILING: entry(
		'data',
		(d: {path: string; offset: number}) => `The IDX file goes on after the last record that its header declares ${at(d)}`,
	),
	NPY_HEADER: entry(
		'data',
		(d: {path: string; offset: number; reason: string}) => `The .npy header cannot be used: ${d.reason} ${at(d)}`,
	),
	NPY_TRUNCATED: entry(
		'data',
		(d: {path: string; expected: number; got: number; record?: number}) =>
			`The .npy file is too short: expected ${d.expected} bytes, got ${d.got} ${at(d)}`,
		fetchAgain,
	),
	NPY_TRAILING: entry(
		'data',
		(d: {path: string; offset: number}) => `The .npy file goes on after the last record that its header declares ${at(d)}`,
	),
	NPY_VALUE: entry(
		'data',
		(d: {path: string; record: number; offset: number; reason: string}) => `The .npy file holds a value that cannot be used: ${d.reason} ${at(d)}`,
	),
	IMAGE_UNREADABLE: entry(
		'data',
		(d: {path: string; record: number; reason: string}) => `The image cannot be decoded: ${d.reason} ${at(d)}`,
		() => 'Mend it or take it out of the folder; `samples: skip` leaves such records out and says which.',
	),
	IMAGE_SIZE: entry(
		'data',
		(d: {path: string; record: number; expected: string; received: string}) =>
			`The image is ${d.received}; expected ${d.expected} as the first one ${at(d)}`,
		() => 'Scale all images to one size with `imageSize: [height, width]`.',
	),
	FOLDER_EMPTY: entry(
		'noInput',
		(d: {path: string; reason: string}) => `The folder of images cannot be used: ${d.reason} (folder ${d.path})`,
		() => 'Each class is a folder of its own inside it, with its PNG or JPEG files.',
	),
	FOLDER_CLASS: entry(
		'data',
		(d: {path: string; classes: readonly string[]}) => `The folder holds images but is none of the classes ${d.classes.join(', ')} (folder ${d.path})`,
		() => 'Add its name to `classes`, rename it, or take it out of the folder of images.',
	),
	SHARDS_DIFFER: entry(
		'data',
		(d: {first: string; other: string; part: string; expected: string; received: string}) =>
			`Sources that are read as one differ: expected ${d.part} ${d.expected} as in ${d.first}, received ${d.received} (source ${d.other})`,
	),
	SOURCE_SPENT: entry(
		'temporary',
		(d: {source: string}) => `The source can be read only once, and it was (source ${d.source})`,
		() => 'Start the run again, or save the data into a file and name that.',
	),
	STDIN_MISSING: entry(
		'noInput',
		() => 'Nothing is piped into the standard input',
		() => 'Pipe a file into the command: gunzip -c images.gz | pipeline run …',
	),
	SOURCE_FAILED: entry(
		'operator',
		(d: {source: string; record?: number; reason: string}) => `The source "${d.source}" failed: ${d.reason}${d.record === undefined ? '' : ` (record ${d.record})`}`,
		() => 'Mend it, or what it reads; with --verbose the stack trace is told.',
	),
	SAMPLES_REJECTED: entry(
		'data',
		(d: {source: string; count: number; most: number; record: number; reason: string}) =>
			`More records than the limit of ${d.most} cannot be used; the last one: ${d.reason} (source ${d.source}, record ${d.record})`,
		() => 'rejected.ndjson in the run directory lists them. Mend the data, or raise samples.limit.',
	),
	SOURCE_ENDLESS: entry(
		'definition',
		(d: {source: string; reason: string}) => `The source "${d.source}" never ends: ${d.reason}`,
		() => 'Set training.stepsPerEpoch, batches.shuffle to a window or none, and no validation share.',
	),
	NONFINITE_INPUT: entry(
		'data',
		(d: {path: string; record: number; offset: number; value: string}) => `The data holds a number that is not finite: ${d.value} ${at(d)}`,
	),
	FLOAT32_RANGE: entry(
		'data',
		(d: {record: number; value: number; part: string; path?: string; offset?: number}) =>
			`The data holds a number among its ${d.part} that is too large for float32, in which is computed: ${d.value} ${d.path === undefined ? `(record ${d.record})` : at({...d, path: d.path})}`,
		() => 'Mend the record, or scale the data before it is stored.',
	),
	LENGTHS_DIFFER: entry(
		'data',
		(d: {images: string; labels: string; imageCount: number; labelCount: number}) =>
			`There are ${d.imageCount} images but ${d.labelCount} labels (files ${d.images}, ${d.labels})`,
		() => 'The two files must come from the same split.',
	),
	LABEL_RANGE: entry(
		'data',
		(d: {path: string; record: number; offset: number; label: number; classes: number}) =>
			`Expected a label of 0 to ${d.classes - 1}. Received: ${d.label} ${at(d)}`,
	),
	LABEL_BEYOND: entry(
		'data',
		(d: {record: number; label: number; classes: number; lane: string; path?: string; offset?: number}) =>
			`Expected a label of 0 to ${d.classes - 1}, as the model has outputs. Received: ${d.label} ${d.path === undefined ? `(record ${d.record})` : at({...d, path: d.path})}`,
		() => 'Name the classes under data, and give the last layer as many units.',
	),
	SHA256_MISMATCH: entry(
		'data',
		(d: {path: string; expected: string; actual: string}) =>
			`The sha256 is not the expected one: expected ${d.expected}, got ${d.actual} (file ${d.path})`,
		() => 'The file is another one than the definition or the catalogue names. Fetch it again.',
	),
	SOURCE_CHANGED: entry(
		'data',
		(d: {path: string; reason: string}) => `The file changed while it was in use: ${d.reason} (file ${d.path})`,
		() => 'Start again when nothing writes to the file.',
	),
	SOURCE_CONTRACT: entry(
		'data',
		(d: {source: string; record?: number; reason: string}) => `The source "${d.source}" broke its contract: ${d.reason}${d.record === undefined ? '' : ` (record ${d.record})`}`,
	),
	SOURCE_MODULE: entry(
		'definition',
		(d: {module: string; reason: string}) => `The source module cannot be used: ${d.reason} (module ${d.module})`,
		() => 'A source module has defineSource({options, create}) as its default export; create answers {id, describe, chunks, digests}.',
	),
	SOURCE_OPTIONS: entry(
		'definition',
		(d: {source: string; problems: readonly string[]; at?: ReadonlyArray<string | number>; faults?: readonly unknown[]}) => `The options of the source "${d.source}" are wrong: ${d.problems.join('; ')}`,
	),
	DATASET_UNKNOWN: entry(
		'definition',
		(d: {dataset: string; known: readonly string[]}) => `There is no data set "${d.dataset}" in the catalogue`,
		d => `Known are: ${d.known.join(', ')}.`,
	),
	DATASET_NOT_FOUND: entry(
		'noInput',
		(d: {dataset: string; file: string; looked: readonly string[]; address: string}) =>
			`The data set "${d.dataset}" was not found: there is no ${d.file} (looked in ${d.looked.join(', ')})`,
		d => `Run "pipeline data fetch ${d.dataset}" where there is a network, or fetch its files from ${d.address} into a folder that --data-dir or THREADLOOM_DATA names, in code \`dataDirectory\`.`,
	),
};
