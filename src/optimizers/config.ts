/** A resolved optimizer: its name and hyperparameters under Keras's names. */
export type OptimizerConfig =
	| {readonly name: 'sgd'; readonly momentum: number; readonly nesterov: boolean}
	| {readonly name: 'rmsprop'; readonly rho: number; readonly momentum: number; readonly epsilon: number; readonly centered: boolean}
	| {readonly name: 'adagrad'; readonly initialAccumulatorValue: number; readonly epsilon: number}
	| {readonly name: 'adam'; readonly beta1: number; readonly beta2: number; readonly epsilon: number}
	| {readonly name: 'adamw'; readonly beta1: number; readonly beta2: number; readonly epsilon: number; readonly weightDecay: number};
