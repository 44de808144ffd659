import type {Writable} from 'node:stream';
import {styleText} from 'node:util';
import * as z from 'zod';
import {formatLoss} from '../evaluation/format-loss.ts';
import {describeDownload} from '../events/describe-download.ts';
import {describeWarning} from '../events/describe-warning.ts';
import {visibleFacts} from '../errors/visible.ts';
import type {RunEvent} from '../events/schema.ts';
import {createProgress} from './console-progress.ts';
import {formatDuration, formatRate} from './format.ts';
import type {EventSinkContext, EventSinkDefinition} from './sink.ts';

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, {type: T}>;

/** Records that are left out are told one by one up to so many. */
const rejectedShown = 3;
/** Redraws a bar at most so often. */
const redrawMs = 100;
/** Writes a plain line at least so often. */
const heartbeatMs = 30_000;

/** Shows the run to a person: one redrawn line on a terminal, plain lines elsewhere. */
export const console: EventSinkDefinition<Record<string, never>> = {
	kind: 'events',
	options: z.strictObject({}),
	async create(_, context) {
		return createConsole(context);
	},
};

const createConsole = ({stderr, progress, color, past}: EventSinkContext) => {
	const bar = progress === 'bar' ? createBar(stderr) : undefined;
	const paint = (format: Parameters<typeof styleText>[0], text: string): string => (color ? styleText(format, text, {validateStream: false}) : text);
	const counter = createProgress();
	let lastDrawn = 0;
	let rejected = 0;
	for (const event of past) {
		if (event.type === 'run') {
			counter.start(event);
		}
	}

	const line = (text: string): void => {
		bar?.clear();
		stderr.write(`${text}\n`);
		lastDrawn = performance.now();
	};

	const onStep = (event: EventOf<'step'>): void => {
		counter.step(event);
		const now = performance.now();
		if (bar !== undefined && now - lastDrawn >= redrawMs) {
			lastDrawn = now;
			bar.draw(counter.line());
		} else if (bar === undefined && now - lastDrawn >= heartbeatMs) {
			line(counter.line());
		}
	};

	const handle = (event: RunEvent): void => {
		switch (event.type) {
			case 'run': {
				counter.start(event);
				line(`${paint('bold', event.name)}: seed ${event.seed}${event.engine === undefined
					? ''
					: `, engine ${event.engine} (${event.lowering?.backend} ${event.lowering?.version}), ${event.workers} workers, ${event.shards} shards, ${event.parameters?.toLocaleString('en')} parameters`}`);
				break;
			}

			case 'step': {
				onStep(event);
				break;
			}

			case 'epoch': {
				line(counter.epoch(event));
				break;
			}

			case 'earlyStop': {
				line(`early stopping after epoch ${event.epoch}: ${event.monitor} was best at epoch ${event.bestEpoch}`);
				break;
			}

			case 'evaluation': {
				line(`${event.split}: loss ${formatLoss(event.loss)}${event.accuracy === undefined ? '' : `, accuracy ${event.accuracy.toFixed(4)}`} over ${event.examples} examples (${formatRate(event.examples / event.seconds)})`);
				break;
			}

			case 'warning':
			case 'replay': {
				line(`${paint('yellow', 'warning:')} ${describeWarning(event)!}`);
				break;
			}

			case 'resume': {
				counter.resume(event);
				line(`going on after step ${event.step} (${event.checkpoint}), ${event.workers} workers`);
				break;
			}

			case 'download': {
				// Every pass opens its files again; only what came from elsewhere is news.
				if (event.state !== 'cached') {
					line(describeDownload(event));
				}

				break;
			}

			case 'end': {
				line(`${event.status} in ${formatDuration(event.seconds)}`);
				break;
			}

			case 'sampleError': {
				rejected++;
				if (rejected <= rejectedShown) {
					line(`left out: record ${event.record} of ${event.source}: ${event.reason}${rejected === rejectedShown ? '; more of them only in rejected.ndjson' : ''}`);
				}

				break;
			}

			case 'stream': {
				line(`bottleneck: ${event.bottleneck}`);
				if (event.rejected > 0) {
					line(`${event.rejected} ${event.rejected === 1 ? 'record was' : 'records were'} left out; rejected.ndjson lists them`);
				}

				break;
			}

			case 'phase':
			case 'trained':
			case 'checkpoint': {
				break;
			}

			default: {
				event satisfies never;
			}
		}
	};

	return {
		event(event: RunEvent) {
			// Warnings are shown whatever was asked for; everything else is progress.
			if (progress !== 'none' || event.type === 'warning' || event.type === 'replay') {
				handle(event.type === 'step' ? event : visibleFacts(event));
			}
		},
		async close() {
			bar?.clear();
		},
	};
};

/** One line of a terminal that is drawn over and over. */
const createBar = (stream: Writable) => {
	let isDrawn = false;
	return {
		draw(text: string) {
			const columns = 'columns' in stream && typeof stream.columns === 'number' ? stream.columns : 80;
			stream.write(`\r\u001B[2K${text.slice(0, columns - 1)}`);
			isDrawn = true;
		},
		clear() {
			if (isDrawn) {
				stream.write('\r\u001B[2K');
				isDrawn = false;
			}
		},
	};
};
