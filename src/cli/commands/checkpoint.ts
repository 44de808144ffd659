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

/** Says in what two checkpoints differ. */
export const diff = async ({flags, output}: CommandContext): Promise<void> => {
	const difference = await diffCheckpoints(String(flags['one']), String(flags['other']));
	output.print([
		`header   ${difference.fields.length === 0 ? 'the same' : `differs in ${difference.fields.join(', ')}`}`,
		...difference.vectors.map(({name, isSame, difference: size}) => `${name}  ${isSame ? 'the same, bit for bit' : `differs by ${size.toExponential(2)} of its largest element`}`),
	].join('\n'));
	output.data(difference);
};

const inspect = async ({flags}: CommandContext): Promise<readonly InspectedCheckpoint[]> => {
	const given = flags['files'] as readonly string[];
	const files = (await Promise.all(given.map(async file => checkpointFiles(file)))).flat();
	const checkpoints: InspectedCheckpoint[] = [];
	for (const file of files) {
		checkpoints.push(await inspectCheckpoint(file));
	}

	return checkpoints;
};

/** Lists checkpoints. */
export const ls = async (context: CommandContext): Promise<void> => {
	const checkpoints = await inspect(context);
	context.output.print(rowsOf(checkpoints));
	context.output.data(checkpoints);
};

/** Prints what checkpoints hold. */
export const show = async (context: CommandContext): Promise<void> => {
	const checkpoints = await inspect(context);
	context.output.print(checkpoints.map(checkpoint => showText(checkpoint)).join('\n'));
	context.output.data(checkpoints);
};

/** Lists checkpoints, and fails where one is damaged. */
export const verify = async (context: CommandContext): Promise<void> => {
	const checkpoints = await inspect(context);
	context.output.print(rowsOf(checkpoints));
	const damaged = checkpoints.find(({fault}) => fault !== undefined);
	if (damaged !== undefined) {
		throw createError('CHECKPOINT_INVALID', {path: damaged.path, reason: damaged.fault!});
	}

	context.output.data(checkpoints);
};
