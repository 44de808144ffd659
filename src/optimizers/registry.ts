import {adagrad} from './adagrad.ts';
import {adam, adamw} from './adam.ts';
import type {OptimizerConfig} from './config.ts';
import type {Optimizer} from './optimizer.ts';
import {rmsprop} from './rmsprop.ts';
import {sgd} from './sgd.ts';

/** Makes the optimizer of a resolved configuration. */
export const createOptimizer = (config: OptimizerConfig): Optimizer => {
	switch (config.name) {
		case 'sgd': {
			return sgd(config);
		}

		case 'rmsprop': {
			return rmsprop(config);
		}

		case 'adagrad': {
			return adagrad(config);
		}

		case 'adam': {
			return adam(config);
		}

		case 'adamw': {
			return adamw(config);
		}

		default: {
			return config satisfies never;
		}
	}
};
