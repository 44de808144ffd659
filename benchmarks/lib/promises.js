import {ratio, ratioToBest} from './ratios.js';
import {spread} from './statistics.js';

const faster = (id, least, text, options) => ({
	text, section: id, least, measure: result => ratioToBest(result, options),
});

const startsWithin = (name, most) => ({
	text: `${name} within ${most.toLocaleString('en')} ms`, section: 'start-up', most, measure: ({rounds}) => spread(rounds.map(round => round[name])),
});

const overheadWithin = (network, title, most) => ({
	text: `A whole run of three epochs of ${title} takes at most ${most} times its bare steps`, section: `data:${network}`, most,
	measure: ({rounds}) => spread(rounds.map(({seconds, bareSeconds}) => seconds / bareSeconds)),
});

const waitWithin = (network, title, pick, most) => ({
	text: `${title}: at most ${most} per cent of the time is spent waiting for data`, section: `data:${network}`, most,
	measure: ({rounds}) => spread(rounds.map(({waitShares}) => 100 * Math.max(...pick(waitShares)))),
});

/** What Threadloom promises of its speed, each with the part that measures it. The median decides. */
export const promises = [
	faster('step:cnn', 1.15, 'CNN, batch 128: at least 1.15 times the fastest of PyTorch, Keras and tfjs-node, step by step'),
	faster('step:cnn', 1.25, 'The same with `unsafeOutputs`: at least 1.25 times', {ours: 'threadloom, unsafeOutputs'}),
	faster('step:mnn-3', 2, 'MNN-3, batch 128: at least 2 times the fastest peer'),
	faster('step:mnn-12', 2.5, 'MNN-12, batch 128: at least 2.5 times the fastest peer'),
	faster('step:mnn-3-32', 1.5, 'MNN-3, batch 32: at least 1.5 times the fastest peer'),
	faster('step:snn', 1, 'SNN, full batch: not slower than the fastest of NumPy and PyTorch', {among: ['numpy', 'pytorch']}),
	{text: 'Two workers train the CNN at least 1.8 times as fast as one (batch 256)', section: 'workers', least: 1.8, measure: result => ratio(result, 'two workers', 'one worker')},
	{
		text: 'Memory is flat over 2,000 steps: at the end at most 1.02 times what it was after the warm-up', section: 'memory', most: 1.02,
		measure: ({resident}) => spread([resident.at(-1) / resident[0]]),
	},
	{
		text: 'Bare steps of the CNN take less memory at their peak than PyTorch\'s (ratio below 1)', section: 'step:cnn', most: 1,
		measure: ({rounds}) => (rounds[0].pytorch === undefined ? undefined : spread(rounds.map(round => round.threadloom.peakBytes / round.pytorch.peakBytes))),
	},
	{text: 'Another CNN is trained faster by the blocked family than by the plain one', section: 'lowerings', least: 1, measure: result => ratio(result, 'blocked', 'plain')},
	{text: '… with the same gradients within 1e-5 of the largest', section: 'lowerings', most: 1e-5, measure: ({difference}) => spread([difference])},
	waitWithin('cnn', 'CNN, every epoch, the first one from gzip too', shares => shares, 3),
	waitWithin('mnn-3', 'MNN-3, every epoch but the first', shares => shares.slice(1), 3),
	overheadWithin('cnn', 'the CNN', 1.1),
	overheadWithin('mnn-3', 'MNN-3', 1.25),
	startsWithin('pipeline --help', 150),
	startsWithin('pipeline validate, CNN', 300),
	startsWithin('first step, CNN', 1500),
];

/** Whether a promise holds: `undefined` when nothing measured it. */
export const judge = ({section, least, most, measure}, results) => {
	const result = results[section];
	const measured = result === undefined ? undefined : measure(result);
	if (measured === undefined) {
		return undefined;
	}

	return {measured, holds: least === undefined ? measured.median <= most : measured.median >= least};
};
