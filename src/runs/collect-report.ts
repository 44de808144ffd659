import type {Definition} from '../definition/schema.ts';
import {wholeEpochs, type RunReport} from '../evaluation/report.ts';
import type {RunEvent} from '../events/schema.ts';
import type {EpochRecord} from '../training/history.ts';
import {epochOf, type Past} from './past-events.ts';
import {splitReport, stepLosses} from './report-data.ts';
import {resumeCommand} from './shell-word.ts';

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, {type: T}>;

/** What a report says that no event does; the run directory has it too. */
export interface ReportFacts {
	readonly definition: Pick<Definition, 'name' | 'description' | 'model'>;
	readonly directory: string;
	readonly runId: string;
	readonly seed: number;
	readonly startedAt: string;
	/** Of a run that did not tell its end. */
	readonly versions: Readonly<Record<string, string>>;
}

/** Makes the report of a run out of its events, while it runs or later from its file: the same events give the same report. */
export interface ReportCollector {
	readonly event: (event: RunEvent) => void;
	/** Takes up what was told before a run goes on. */
	readonly goOn: (past: Pick<Past, 'events' | 'stepLosses'>) => void;
	/** As far as the events went. */
	readonly report: () => RunReport;
}

/** What the last of a kind said. */
type Last = {-readonly [T in 'run' | 'resume' | 'trained' | 'stream' | 'evaluation' | 'end']?: EventOf<T> | undefined};

/** Share of the training time that the workers waited for data. */
export const waitShareOf = (history: readonly EpochRecord[]): number => {
	const seconds = history.reduce((sum, epoch) => sum + epoch.seconds, 0);
	return seconds === 0 ? 0 : history.reduce((sum, epoch) => sum + epoch.waitShare * epoch.seconds, 0) / seconds;
};

const trainingOf = ({run, resume, trained}: Last, history: readonly EpochRecord[]): RunReport['training'] => {
	if (run?.lowering === undefined || trained === undefined) {
		return undefined;
	}

	const {steps, stopped, bestEpoch, restoredEpoch} = trained;
	const {backend, version, family, outputs} = run.lowering;
	return {
		engine: run.engine!,
		backend, version, family,
		...(outputs !== undefined && {outputs}),
		workers: resume?.workers ?? run.workers!,
		shards: run.shards!,
		batchSize: run.batchSize!,
		optimizer: run.optimizer!,
		fused: run.fused!,
		epochs: wholeEpochs(history),
		steps,
		stopped,
		...(bestEpoch !== undefined && {bestEpoch}),
		...(restoredEpoch !== undefined && {restoredEpoch}),
	};
};

const evaluationOf = ({trained, evaluation}: Last, history: readonly EpochRecord[]): RunReport['evaluation'] => {
	const validation = trained && history.find(({epoch}) => epoch === trained.restoredEpoch)?.validation;
	return {
		...(validation && {validation: {...validation, examples: trained.validationExamples ?? 0}}),
		...(evaluation && {test: splitReport(evaluation, evaluation.classes)}),
	};
};

const timingOf = ({trained, evaluation, end}: Last, history: readonly EpochRecord[], elapsed: number): RunReport['timing'] => {
	const seconds = history.reduce((sum, epoch) => sum + epoch.seconds, 0);
	return {
		seconds: end?.seconds ?? elapsed,
		trainingSeconds: trained?.seconds ?? 0,
		evaluationSeconds: evaluation?.seconds ?? 0,
		waitShare: waitShareOf(history),
		samplesPerSecond: seconds === 0 ? 0 : history.reduce((sum, epoch) => sum + epoch.samples, 0) / seconds,
		laps: Object.fromEntries(Object.entries(trained?.laps ?? {}).map(([name, milliseconds]) => [name, milliseconds / Math.max(1, trained!.steps)])),
	};
};

const streamOf = ({stream}: Last): RunReport['stream'] => {
	if (stream === undefined) {
		return undefined;
	}

	const {v, t, seq, type, ...facts} = stream;
	return facts;
};

const withoutUndefined = <T extends object>(value: T): T =>
	Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T;

/** Makes the collector of one run. */
export const createReportCollector = ({definition, directory, runId, seed, startedAt, versions}: ReportFacts): ReportCollector => {
	const losses: number[] = [];
	let history: EpochRecord[] = [];
	let last: Last = {};
	let begin: number | undefined;
	let elapsed = 0;
	/** Whether there is anything to go on from. */
	let isKept = false;

	const take = (event: RunEvent): void => {
		begin ??= Date.parse(event.t);
		elapsed = (Date.parse(event.t) - begin) / 1000;
		switch (event.type) {
			case 'step': {
				losses[event.step - 1] = event.loss;
				break;
			}

			case 'epoch': {
				history = [...history.filter(({epoch}) => epoch < event.epoch), epochOf(event)];
				break;
			}

			case 'checkpoint': {
				isKept = true;
				break;
			}

			case 'resume': {
				isKept = true;
				// How it ended before is no matter any more.
				last = {run: last.run, resume: event};
				begin = Date.parse(event.t);
				break;
			}

			case 'run':
			case 'trained':
			case 'stream':
			case 'evaluation':
			case 'end': {
				last = {...last, [event.type]: event};
				break;
			}

			default: {
				break; // The rest is told to people.
			}
		}
	};

	return {
		event: take,
		goOn(past) {
			isKept = true;
			for (const event of past.events) {
				take(event);
			}

			for (const loss of past.stepLosses) {
				losses.push(loss);
			}
		},
		report() {
			const {run, trained, end} = last;
			const status = end?.status ?? 'interrupted';
			return withoutUndefined<RunReport>({
				schemaVersion: 1,
				status,
				runId,
				name: definition.name,
				...(definition.description !== undefined && {description: definition.description}),
				seed,
				startedAt,
				versions: end?.versions ?? versions,
				...(end?.error && {error: end.error as NonNullable<RunReport['error']>}),
				...(status !== 'completed' && isKept && {resume: resumeCommand(directory)}),
				...(run?.layers && {model: {parameters: run.parameters!, layers: run.layers}}),
				training: trainingOf(last, history),
				history,
				steps: stepLosses(losses),
				evaluation: evaluationOf(last, history),
				...(trained && {parametersSha256: trained.parametersSha256}),
				timing: timingOf(last, history, elapsed),
				stream: streamOf(last),
				peakMemory: end?.peakMemory ?? 0,
			} as RunReport);
		},
	};
};
