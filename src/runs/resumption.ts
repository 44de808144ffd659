import type {Checkpoint} from '../checkpoints/format.ts';
import type {Definition} from '../definition/schema.ts';
import {createError} from '../errors/threadloom-error.ts';
import type {Feed} from '../feed/feed.ts';
import type {State} from '../pool/state.ts';
import type {Standing} from '../training/history.ts';
import {buildOf} from './build.ts';
import {standingOf} from './checkpoint-header.ts';
import {chooseCheckpoint} from './choose-checkpoint.ts';
import {differencesOf, type Difference} from './essence.ts';
import {operatorChanges} from './operator-changes.ts';
import {cutEvents, type Past} from './past-events.ts';
import type {Session} from './session.ts';

/** Where a run that was stopped goes on. */
export interface Resumption {
	/** Of the checkpoint. */
	readonly path: string;
	readonly checkpoint: Checkpoint;
	readonly standing: Standing;
	/** State of the best epoch, when it may be restored. */
	readonly best: State | undefined;
	readonly past: Past;
	/** What the run is from now on, as its directory keeps it. */
	readonly definition: Definition;
	readonly baseDirectory: string;
	readonly allowsCodeChange: boolean;
}

const flags = {definition: '--allow-definition-change', code: '--allow-code-change'};

const refuse = (path: string, differences: readonly string[], allow?: string): void => {
	if (differences.length > 0) {
		throw createError('RESUME_REFUSED', {path, differences, allow});
	}
};

const describe = ({path, before, now}: Difference): string => `${path} was ${JSON.stringify(before) ?? 'absent'} and is ${JSON.stringify(now) ?? 'absent'}`;

/** What stands between a checkpoint and a definition. @throws RESUME_REFUSED */
const checkDefinition = (path: string, before: Definition, now: Definition, isAllowed: boolean): void => {
	const differences = differencesOf(before, now);
	refuse(path, differences.filter(({isAdjustable}) => !isAdjustable).map(difference => describe(difference)));
	refuse(path, isAllowed ? [] : differences.map(difference => describe(difference)), flags.definition);
};

/** What stands between a checkpoint and the code that is here. */
const codeDifferences = async ({header: {build, digests}}: Checkpoint, feed?: Pick<Feed, 'info'>): Promise<readonly string[]> => {
	const now = await buildOf();
	const ofBuild = build === now ? [] : [`it was written by build ${build}, this is ${now}`];
	const operators = feed?.info.operatorDigests;
	return operators === undefined ? ofBuild : [...ofBuild, ...operatorChanges(digests.operators, operators)];
};

/**
 * Finds where a run goes on, and cuts its events back to there. Nothing is changed when it cannot go on.
 *
 * @throws CHECKPOINT_MISSING, CHECKPOINTS_UNUSABLE, CHECKPOINT_INVALID, EVENTS_DAMAGED, RESUME_REFUSED, USAGE
 */
export const openResumption = async (directory: string, {runId, before, now, baseDirectory, data, checkpoint: asked, allowCodeChange = false, allowDefinitionChange = false, maxSteps, onWarning}: {
	readonly runId: string;
	/** As the run had it. */
	readonly before: Definition;
	readonly now: Definition;
	readonly baseDirectory: string;
	/** Digests of the data as it is now. */
	readonly data: Readonly<Record<string, string>>;
	readonly checkpoint: string | undefined;
	readonly allowCodeChange: boolean | undefined;
	readonly allowDefinitionChange: boolean | undefined;
	readonly maxSteps: number | undefined;
	readonly onWarning: (message: string) => void;
}): Promise<Resumption> => {
	const {path, checkpoint, best, warnings} = await chooseCheckpoint(directory, {asked, restoresBest: now.training?.restoreBest ?? false});
	const {header} = checkpoint;
	refuse(path, header.runId === runId ? [] : ['the checkpoint is another run\'s']);
	checkDefinition(path, before, now, allowDefinitionChange);
	refuse(path, Object.entries(data)
		.filter(([file, digest]) => header.digests.data[file] !== undefined && header.digests.data[file] !== digest)
		.map(([file]) => `the data file ${file} has other contents`));
	const code = await codeDifferences(checkpoint);
	refuse(path, allowCodeChange ? [] : code, flags.code);
	const standing = standingOf(header.progress);
	if (maxSteps !== undefined && maxSteps <= standing.step) {
		throw createError('USAGE', {reason: `--max-steps counts the steps of the whole run, whose checkpoint stands at step ${standing.step}. Received: ${maxSteps}`});
	}

	const past = await cutEvents(directory, standing);
	const told = past.stepLosses.filter(loss => loss !== undefined).length;
	const lost = told === standing.step ? [] : [`the events of the run tell of ${told} of the ${standing.step} steps before its checkpoint; its report and its metrics will lack the others`];
	for (const message of [...warnings, ...lost]) {
		onWarning(message);
	}

	return {path, checkpoint, standing, best, past, definition: now, baseDirectory, allowsCodeChange: allowCodeChange};
};

const layoutOf = (entries: Checkpoint['header']['layout'] | Session['pool']['plan']['layout']): string => JSON.stringify(entries.map(({name, shape, offset, dtype}) => [name, shape, offset, dtype]));

/** Compares a checkpoint with the opened stream and workers, and gives what differs and was allowed. @throws RESUME_REFUSED */
export const checkResume = async (resume: Resumption | undefined, {session: {pool, options: compiled}, feed, emit}: {
	readonly session: Session;
	readonly feed: Feed;
	readonly emit: (event: {readonly type: 'warning'; readonly message: string}) => void;
}): Promise<readonly string[]> => {
	if (resume === undefined) {
		return [];
	}

	const {path, checkpoint, allowsCodeChange} = resume;
	const {engine, layout, tensors, shards, seed, optimizer} = checkpoint.header;
	const {plan} = pool;
	const names = tensors.map(({name}) => name);
	refuse(path, [
		...Object.entries({name: plan.engine, ...plan.lowering} as Readonly<Record<string, string>>)
			.filter(([key, value]) => (engine as Readonly<Record<string, string>>)[key] !== value)
			.map(([key, value]) => `the engine's ${key} was ${(engine as Readonly<Record<string, string>>)[key]} and is ${value}`),
		...(layoutOf(layout) === layoutOf(plan.layout) ? [] : ['the model has other parameters']),
		...(plan.regions.every(({name}) => names.includes(name)) && names.length === plan.regions.length ? [] : [`the optimizer had the slots ${names.join(', ')}`]),
		...(optimizer === compiled.optimizer.name ? [] : [`the optimizer was ${optimizer} and is ${compiled.optimizer.name}`]),
		...(shards === compiled.shards ? [] : [`training.shards was ${shards} and is ${compiled.shards}`]),
		...(seed === compiled.seed ? [] : [`the seed was ${seed} and is ${compiled.seed}`]),
	]);
	const code = await codeDifferences(checkpoint, feed);
	refuse(path, allowsCodeChange ? [] : code, flags.code);
	for (const message of code) {
		emit({type: 'warning', message});
	}

	return code;
};
