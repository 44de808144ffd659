import {createError} from '../../errors/threadloom-error.ts';
import {checkpointFiles, diffCheckpoints, inspectCheckpoint, type InspectedCheckpoint} from '../../runs/inspect-checkpoints.ts';
import type {CommandContext} from '../command.ts';
import {formatTable} from '../table.ts';

const rowsOf = (checkpoints: readonly InspectedCheckpoint[]): string => formatTable([
	['checkpoint', 'step', 'epoch', 'bytes', 'pinned', 'state'],
	...checkpoints.map(({path, bytes, isPinned, fault, header}) => [path, String(header?.progress.step ?? '–'), String(header?.progress.epoch ?? '–'), String(bytes), isPinned ? 'yes' : 'no', fault === undefined ? 'whole' : 'DAMAGED']),
]);

const showText = ({path, header, parametersSha256, fault}: InspectedCheckpoint): string => (header === undefined
	? `${path}\n  ${fault}`
	: [
		path,
		`  step ${header.progress.step}, ${header.progress.epoch} whole epochs and ${header.progress.batch} batches`,
		`  engine ${header.engine.name} (${header.engine.backend} ${header.engine.version}, ${header.engine.family}), seed ${header.seed}, ${header.shards} shards`,
		`  build ${header.build}, run ${header.runId}`,
		...header.tensors.map(({name, dtype, length}) => `  ${name}: ${length} ${dtype}`),
		`  sha256 of the parameters ${parametersSha256}`,
	].join('\n'));

const diff = async (files: readonly string[], {output}: CommandContext): Promise<void> => {
	if (files.length !== 2) {
		throw createError('USAGE', {reason: `expected "checkpoint diff ONE OTHER". Received: ${files.length} files`});
	}

	const difference = await diffCheckpoints(files[0]!, files[1]!);
	output.print([
		`header   ${difference.fields.length === 0 ? 'the same' : `differs in ${difference.fields.join(', ')}`}`,
		...difference.vectors.map(({name, isSame, difference: size}) => `${name}  ${isSame ? 'the same, bit for bit' : `differs by ${size.toExponential(2)} of its largest element`}`),
	].join('\n'));
	output.data(difference);
};

/** Lists, shows, verifies and compares checkpoints. */
export const run = async (context: CommandContext): Promise<void> => {
	const {flags, output} = context;
	const action = String(flags['action']);
	const given = flags['files'] as readonly string[];
	if (action === 'diff') {
		await diff(given, context);
		return;
	}

	const files = (await Promise.all(given.map(async file => checkpointFiles(file)))).flat();
	const checkpoints: InspectedCheckpoint[] = [];
	for (const file of files) {
		checkpoints.push(await inspectCheckpoint(file));
	}

	output.print(action === 'show' ? checkpoints.map(checkpoint => showText(checkpoint)).join('\n') : rowsOf(checkpoints));
	const damaged = checkpoints.find(({fault}) => fault !== undefined);
	if (action === 'verify' && damaged !== undefined) {
		throw createError('CHECKPOINT_INVALID', {path: damaged.path, reason: damaged.fault!});
	}

	output.data(checkpoints);
};
