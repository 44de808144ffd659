import {existsSync} from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import {openRegular} from '../errors/regular-file.ts';
import {hasCode, messageOf} from '../errors/thrown.ts';
import {createError} from '../errors/threadloom-error.ts';
import type {Reject} from '../feed/rejects.ts';
import {reviveNonFinite} from '../events/non-finite.ts';
import type {RunEvent} from '../events/schema.ts';
import type {EpochRecord, TrainingRecord} from '../training/history.ts';
import {runUnreadable} from './run-file.ts';

/** What a run told before the checkpoint that it goes on from. */
export interface Past extends TrainingRecord {
	/** All but the steps. */
	readonly events: readonly RunEvent[];
	/** Number of the next event. */
	readonly next: number;
}

/** The bytes of a file. @throws RUN_UNREADABLE */
async function * bytesOf(file: string): AsyncGenerator<Buffer, void> {
	try {
		yield * (await openRegular(file)).createReadStream() as AsyncIterable<Buffer>;
	} catch (error) {
		throw runUnreadable(path.dirname(file), file, error);
	}
}

/** Whole lines of a file, each with the byte offset behind it. @throws RUN_UNREADABLE */
async function * linesOf(file: string): AsyncGenerator<{readonly text: string; readonly end: number}, void> {
	let rest: Buffer = Buffer.alloc(0);
	let offset = 0;
	for await (const chunk of bytesOf(file)) {
		rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
		let start = 0;
		for (let newline = rest.indexOf(10); newline >= 0; newline = rest.indexOf(10, start)) {
			yield {text: rest.toString('utf8', start, newline), end: offset + newline + 1};
			start = newline + 1;
		}

		offset += start;
		rest = rest.subarray(start);
	}
}

const parse = (text: string): RunEvent | undefined => {
	try {
		const value: unknown = JSON.parse(text, reviveNonFinite);
		return typeof value === 'object' && value !== null && 'type' in value ? value as RunEvent : undefined;
	} catch {
		return undefined;
	}
};

/** The events of a file, each with the byte offset behind it; a last line that was cut off is none. @throws EVENTS_DAMAGED, RUN_UNREADABLE */
async function * eventsOf(file: string): AsyncGenerator<{readonly event: RunEvent; readonly end: number}, void> {
	let line = 0;
	for await (const {text, end} of linesOf(file)) {
		line++;
		const event = parse(text);
		if (event === undefined) {
			throw createError('EVENTS_DAMAGED', {path: file, line});
		}

		yield {event, end};
	}
}

/** Whether an event belongs to what came after a checkpoint. */
const isBeyond = (event: RunEvent, {step, epoch}: {readonly step: number; readonly epoch: number}): boolean =>
	(event.type === 'step' && event.step > step) || (event.type === 'epoch' && event.epoch > epoch);

/** Events that say how a run ended: behind the last step of a checkpoint they are told anew. */
const isOfEnd = (event: RunEvent): boolean =>
	event.type === 'end' || event.type === 'trained' || event.type === 'stream' || event.type === 'evaluation' || event.type === 'earlyStop' || (event.type === 'phase' && (event.state === 'end' || event.phase !== 'train'));

/** The records that were left out. */
export const rejectedIn = (events: readonly RunEvent[]): readonly Reject[] => events.filter(event => event.type === 'sampleError').map(({v, t, seq, type, ...reject}): Reject => reject as Reject); // Without what is undefined: it comes from JSON.

/** What an epoch came to, as it was told. */
export const epochOf = ({epoch, step, brokenOffAfter, train, validation, gradientNorm = Number.NaN, updateRatio, skipped, learningRate, seconds, samples, waitShare, loopLagMs, best}: Extract<RunEvent, {type: 'epoch'}>): EpochRecord => {
	const metrics = ({loss, accuracy}: typeof train): EpochRecord['train'] => ({loss, ...(accuracy !== undefined && {accuracy})});
	return {
		epoch, step, ...(brokenOffAfter !== undefined && {brokenOffAfter}), train: metrics(train), ...(validation && {validation: metrics(validation)}), gradientNorm,
		...(updateRatio !== undefined && {updateRatio}), ...(skipped !== undefined && {skipped}), learningRate, seconds, samples, waitShare, ...(loopLagMs !== undefined && {loopLagMs}), best,
	};
};

/** Every event of a run, up to the last whole line. @throws EVENTS_DAMAGED, RUN_UNREADABLE */
export async function * readEvents(directory: string): AsyncGenerator<RunEvent, void> {
	for await (const {event} of eventsOf(path.join(directory, 'events.ndjson'))) {
		yield event;
	}
}

/** Reads the events of a run; with `until`, up to the last whole line that belongs to a checkpoint. @throws EVENTS_DAMAGED, RUN_UNREADABLE */
export const readPast = async (directory: string, {until = {step: Number.POSITIVE_INFINITY, epoch: Number.POSITIVE_INFINITY}}: {
	readonly until?: {readonly step: number; readonly epoch: number};
} = {}): Promise<Past & {readonly bytes: number}> => {
	const file = path.join(directory, 'events.ndjson');
	const isWhole = until.step === Number.POSITIVE_INFINITY;
	const events: RunEvent[] = [];
	const history: EpochRecord[] = [];
	const stepLosses: number[] = [];
	let next = 0;
	let bytes = 0;
	let ofEnd = 0;
	const isThere = existsSync(file);
	for await (const {event, end} of isThere ? eventsOf(file) : []) {
		if (isBeyond(event, until)) {
			break;
		}

		if (event.type === 'step') {
			stepLosses[event.step - 1] = event.loss;
		} else {
			events.push(event);
		}

		if (event.type === 'epoch') {
			history.push(epochOf(event));
		}

		// Records that are left out in an evaluation are told with it.
		if ((isOfEnd(event) || (ofEnd > 0 && event.type === 'sampleError')) && !isWhole) {
			ofEnd++;
		} else {
			ofEnd = 0;
			next = event.seq + 1;
			bytes = end;
		}
	}

	events.length -= ofEnd;
	return {events, history, stepLosses, next, bytes};
};

/** Bytes in which the last event of a run lies. */
const lastBytes = 2 ** 16;

/** Whether the events of a run are there and lack its end: a resume cut them off, and failed or was killed before it told another. */
export const lacksEnd = async (directory: string): Promise<boolean> => {
	const file = path.join(directory, 'events.ndjson');
	if (!existsSync(file)) {
		return false;
	}

	const handle = await openRegular(file);
	try {
		const {size} = await handle.stat();
		const {buffer, bytesRead} = await handle.read({buffer: Buffer.alloc(Math.min(size, lastBytes)), position: Math.max(0, size - lastBytes)});
		return parse(buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n').at(-1)!)?.type !== 'end';
	} finally {
		await handle.close();
	}
};

/** Cuts the events of a run behind the last that belongs to a checkpoint: what came after it is told again. @throws EVENTS_DAMAGED, RUN_UNREADABLE, RUN_UNWRITABLE */
export const cutEvents = async (directory: string, until: {readonly step: number; readonly epoch: number}): Promise<Past> => {
	const {bytes, ...past} = await readPast(directory, {until});
	const file = path.join(directory, 'events.ndjson');
	await fs.truncate(file, bytes).catch((error: unknown) => {
		if (!hasCode(error, 'ENOENT')) {
			throw createError('RUN_UNWRITABLE', {path: directory, reason: messageOf(error)}, {cause: error});
		}
	});
	return past;
};

/** What a run told of one step. */
export type StepFacts = Pick<Extract<RunEvent, {type: 'step'}>, 'step' | 'loss' | 'gradientNorm' | 'updateRatio' | 'learningRate' | 'records'>;

/** The steps that a run told, in the order in which it told them. */
export const readSteps = async (directory: string): Promise<readonly StepFacts[]> => {
	const steps: StepFacts[] = [];
	for await (const event of readEvents(directory)) {
		if (event.type === 'step') {
			const {step, loss, gradientNorm, updateRatio, learningRate, records} = event;
			steps.push({step, loss, gradientNorm, updateRatio, learningRate, records});
		}
	}

	return steps;
};
