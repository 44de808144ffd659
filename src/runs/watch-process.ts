import os from 'node:os';
import process from 'node:process';
import {createError, type ThreadloomError} from '../errors/threadloom-error.ts';

/** What is watched of the process while a run goes on. */
export interface ProcessWatch {
	/** Milliseconds that the event loop was held up at most since the last call. */
	readonly loopLag: () => number;
	readonly dispose: () => void;
}

export interface ProcessWatchOptions {
	/** Bytes that the process may take. @default what the container or the machine has */
	readonly maxMemory?: number | undefined;
	/** What the run is at. */
	readonly stage: () => string;
	readonly onWarning: (message: string) => void;
	/** Told once, when much of the memory is used up. */
	readonly onNear?: () => void;
	/** Told once, when the memory is nearly used up. */
	readonly onFull: (error: ThreadloomError) => void;
	/** Bytes that the process takes. */
	readonly memory?: () => number;
	readonly now?: () => number;
	/** Milliseconds that the event loop did not wait for something. */
	readonly active?: () => number;
}

const lookEveryMs = 100;
const blockedMs = 1000;
/** Further blocks are in the metrics alone. */
const blocksTold = 3;
const near = 0.8;
const full = 0.95;
const mega = 2 ** 20;

/** Bytes of memory that the container, or else the machine, has. */
export const availableMemory = (): number => {
	// 0 or more than there is means no limit.
	const constrained = process.constrainedMemory();
	return constrained !== undefined && constrained > 0 ? Math.min(constrained, os.totalmem()) : os.totalmem();
};

/** Bytes that the process takes; where the system does not tell, as without /proc, the most that it ever took. */
const residentMemory = (): number => {
	try {
		return process.memoryUsage.rss();
	} catch {
		return process.resourceUsage().maxRSS * 1024;
	}
};

/** Warns of an event loop that is blocked and of memory that runs out, before the system ends the process without asking. */
export const watchProcess = ({
	maxMemory = availableMemory(), stage, onWarning, onNear = () => undefined, onFull, memory = residentMemory, now = () => performance.now(), active = () => performance.eventLoopUtilization().active,
}: ProcessWatchOptions): ProcessWatch => {
	let last = now();
	let lastActive = active();
	let lag = 0;
	let blocks = 0;
	let state: 'free' | 'near' | 'full' = 'free';

	const lookAtLoop = (): void => {
		const time = now();
		const late = Math.max(0, time - last - lookEveryMs);
		last = time;
		lag = Math.max(lag, late);
		// A process that a busy machine lets wait is late, too, and nothing in it is to blame.
		const nowActive = active();
		const blocked = Math.min(late, nowActive - lastActive);
		lastActive = nowActive;
		if (blocked > blockedMs && blocks < blocksTold) {
			blocks++;
			onWarning(`the event loop was blocked for ${(blocked / 1000).toFixed(1)} s (stage: ${stage()})`);
		}
	};

	const lookAtMemory = (): void => {
		const bytes = memory();
		if (state !== 'full' && bytes >= full * maxMemory) {
			state = 'full';
			onFull(createError('MEMORY_EXHAUSTED', {megabytes: Math.round(bytes / mega), limit: Math.round(maxMemory / mega)}));
		} else if (state === 'free' && bytes >= near * maxMemory) {
			state = 'near';
			onWarning(`the process takes ${Math.round(bytes / mega)} MiB of the ${Math.round(maxMemory / mega)} MiB that it may; at ${full * 100} % the run is ended with a checkpoint`);
			onNear();
		}
	};

	const timer = setInterval(() => {
		lookAtLoop();
		lookAtMemory();
	}, lookEveryMs);
	timer.unref();
	return {
		loopLag() {
			lookAtLoop(); // A block that is just over may not have been looked at yet.
			const largest = lag;
			lag = 0;
			return largest;
		},
		dispose() {
			clearInterval(timer);
		},
	};
};
