import process from 'node:process';
import type {EngineName} from '../engines/engine.ts';
import {asThreadloomError} from '../errors/wire.ts';
import {createModel} from '../model/create-model.ts';
import {createCrew} from '../pool/crew.ts';
import type {EngineProbe} from './probe-engine.ts';

const features = {shape: [1], dtype: 'float32'} as const;
const label = {shape: [1], dtype: 'float32'} as const;
const model = createModel({
	name: 'probe', input: [1], loss: 'meanSquaredError', label,
	layers: [{name: 'flatten', options: {name: undefined}}],
});

const probe = async (name: EngineName): Promise<EngineProbe> => {
	const crew = createCrew(1);
	try {
		const {backend, version, family} = await crew.probe(name, model, {
			input: {slot: {features, label}, affine: [], features, label, oneHot: undefined},
			optimizer: {name: 'sgd', momentum: 0, nesterov: false},
			rows: 1, evaluationRows: 1, shards: 1, seed: 0, globalClipNorm: undefined, precision: 'float32',
		});
		return {available: true, detail: `${backend} ${version}, ${family}`};
	} catch (error) {
		const {message, hint} = asThreadloomError(error);
		return {available: false, detail: hint === undefined ? message : `${message}. ${hint}`};
	} finally {
		await crew.end();
	}
};

process.send!(await probe(process.argv[2] as EngineName));
process.disconnect();
