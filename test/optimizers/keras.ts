/**
 * Numbers computed by Keras 3.15.1 on its NumPy backend (float32), by five calls of `optimizer.apply` and by calling
 * the schedules; those of the one-cycle schedule are from PyTorch 2.15's OneCycleLR.
 */
import type {OptimizerConfig} from '../../src/optimizers/config.ts';

export const start = [1, -2, 0.5, 3];
export const learningRate = 0.01;
export const gradients = [
	[0.1, -0.2, 3, 0],
	[0.3, 0.1, -1, 0.001],
	[-0.05, 0.4, 2, -0.002],
	[0.2, -0.3, 0.5, 0.005],
	[0, 0.25, -4, 1],
];

/** An optimizer as a definition gives it, what it resolves to, and the parameters after the five steps. */
export const updates: ReadonlyArray<{readonly given: Record<string, Record<string, unknown>>; readonly config: OptimizerConfig; readonly expected: readonly number[]}> = [
	{
		given: {sgd: {}},
		config: {name: 'sgd', momentum: 0, nesterov: false},
		expected: [0.9945000410079956, -2.002500057220459, 0.4949999749660492, 2.989959955215454],
	},
	{
		given: {sgd: {momentum: 0.9}},
		config: {name: 'sgd', momentum: 0.9, nesterov: false},
		expected: [0.9831429123878479, -2.0028889179229736, 0.3878370523452759, 2.989924907684326],
	},
	{
		given: {sgd: {momentum: 0.9, nesterov: true}},
		config: {name: 'sgd', momentum: 0.9, nesterov: true},
		expected: [0.9793285727500916, -2.0051000118255615, 0.3940533399581909, 2.9808921813964844],
	},
	{
		given: {rmsprop: {}},
		config: {name: 'rmsprop', rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false},
		expected: [0.9253774881362915, -2.007369041442871, 0.48078528046608, 2.943382501602173],
	},
	{
		given: {rmsprop: {rho: 0.8, momentum: 0.7, epsilon: 1e-5}},
		config: {name: 'rmsprop', rho: 0.8, momentum: 0.7, epsilon: 1e-5, centered: false},
		expected: [0.8689991235733032, -1.9981166124343872, 0.439854711294174, 2.961533546447754],
	},
	{
		given: {rmsprop: {centered: true}},
		config: {name: 'rmsprop', rho: 0.9, momentum: 0, epsilon: 1e-7, centered: true},
		expected: [0.9194251298904419, -2.0066893100738525, 0.4779514968395233, 2.94055938720703],
	},
	{
		given: {rmsprop: {momentum: 0.5, centered: true}},
		config: {name: 'rmsprop', rho: 0.9, momentum: 0.5, epsilon: 1e-7, centered: true},
		expected: [0.8536408543586731, -2.001051425933838, 0.4391680955886841, 2.9254863262176514],
	},
	{
		given: {adagrad: {}},
		config: {name: 'adagrad', initialAccumulatorValue: 0.1, epsilon: 1e-7},
		expected: [0.9873263835906982, -2.0033535957336426, 0.4938162565231323, 2.9903388023376465],
	},
	{
		given: {adagrad: {initialAccumulatorValue: 0.3, epsilon: 1e-4}},
		config: {name: 'adagrad', initialAccumulatorValue: 0.3, epsilon: 1e-4},
		expected: [0.9912432432174683, -2.0030598640441895, 0.4939158260822296, 2.991156578063965],
	},
	{
		given: {adam: {}},
		config: {name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7},
		expected: [0.9614274501800537, -1.9940869808197021, 0.474985599517822, 2.98599362373352],
	},
	{
		given: {adam: {beta1: 0.8, beta2: 0.95, epsilon: 1e-3}},
		config: {name: 'adam', beta1: 0.8, beta2: 0.95, epsilon: 1e-3},
		expected: [0.9628121256828308, -1.9957926273345947, 0.476968765258789, 2.9908463954925537],
	},
	{
		given: {adamw: {}},
		config: {name: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0.004},
		expected: [0.961230993270874, -1.9936885833740234, 0.474888414144516, 2.9853944778442383],
	},
	{
		given: {adamw: {weightDecay: 0.1, beta1: 0.7}},
		config: {name: 'adamw', beta1: 0.7, beta2: 0.999, epsilon: 1e-7, weightDecay: 0.1},
		expected: [0.957780122756958, -1.987388014793396, 0.477077066898346, 2.967384099960327],
	},
];

export const steps = [0, 1, 2, 5, 9, 10, 11, 15, 20, 25, 30, 45, 100];

/** A schedule as a definition gives it, and its rates at `steps`. */
export const rates: ReadonlyArray<{readonly given: Record<string, Record<string, unknown>>; readonly expected: readonly number[]}> = [
	{
		given: {exponentialDecay: {initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5}},
		expected: [0.1, 0.09330330044031143, 0.08705505728721619, 0.0707106813788414, 0.05358866974711418, 0.05, 0.046651650220155716, 0.0353553406894207, 0.025, 0.01767767034471035, 0.0125, 0.0044194175861775875, 9.765625145519152e-5],
	},
	{
		given: {exponentialDecay: {initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5, staircase: true}},
		expected: [0.1, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025, 0.025, 0.0125, 0.00625, 9.765625145519152e-5],
	},
	{
		given: {inverseTimeDecay: {initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5}},
		expected: [0.1, 0.0952381044626236, 0.09090909361839294, 0.08, 0.06896551698446274, 0.06666667014360428, 0.06451613456010818, 0.05714285746216774, 0.05, 0.04444444552063942, 0.04, 0.03076923079788685, 0.01666666753590107],
	},
	{
		given: {inverseTimeDecay: {initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5, staircase: true}},
		expected: [0.1, 0.1, 0.1, 0.1, 0.1, 0.06666667014360428, 0.06666667014360428, 0.06666667014360428, 0.05, 0.05, 0.04, 0.03333333507180214, 0.01666666753590107],
	},
	{
		given: {polynomialDecay: {initialLearningRate: 0.1, decaySteps: 20, endLearningRate: 0.01, power: 2}},
		expected: [0.1, 0.09122499823570251, 0.08289999514818192, 0.06062500178813934, 0.03722500056028366, 0.0325, 0.028224999085068703, 0.015625, 0.01, 0.01, 0.01, 0.01, 0.01],
	},
	{
		given: {polynomialDecay: {initialLearningRate: 0.1, decaySteps: 10, endLearningRate: 0.01, cycle: true}},
		expected: [0.1, 0.091, 0.082, 0.055, 0.01900000125169754, 0.01, 0.05049999803304672, 0.0325, 0.01, 0.025, 0.01, 0.019, 0.01],
	},
	{
		given: {cosineDecay: {initialLearningRate: 0.1, decaySteps: 20, alpha: 0.1}},
		expected: [0.1, 0.09944597631692886, 0.09779754281044006, 0.08681981265544891, 0.06203955411911011, 0.055, 0.047960445284843445, 0.023180196061730385, 0.01, 0.01, 0.01, 0.01, 0.01],
	},
	{
		given: {cosineDecay: {initialLearningRate: 0, decaySteps: 20, alpha: 0.1, warmupTarget: 0.1, warmupSteps: 10}},
		expected: [0, 0.01, 0.02, 0.05, 0.09, 0.1, 0.09944597631692886, 0.08681981265544891, 0.055, 0.023180196061730385, 0.01, 0.01, 0.01],
	},
	{
		given: {piecewiseConstantDecay: {boundaries: [2, 10, 20], values: [1, 0.5, 0.25, 0.125]}},
		expected: [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125, 0.125, 0.125],
	},
	{
		given: {cosineDecayRestarts: {initialLearningRate: 0.1, firstDecaySteps: 10}},
		expected: [0.1, 0.0975528284907341, 0.09045084565877914, 0.05, 0.0024471760261803865, 0.1, 0.09938441962003708, 0.08535534143447876, 0.05, 0.014644661918282509, 0.1, 0.0691341757774353, 0.0691341757774353],
	},
	{
		given: {cosineDecayRestarts: {initialLearningRate: 0.1, firstDecaySteps: 5, tMul: 1.5, mMul: 0.8, alpha: 0.05}},
		expected: [0.1, 0.09092830866575241, 0.06717830151319504, 0.081, 0.039027925580739975, 0.024, 0.012257354333996773, 0.05868775397539139, 0.0202, 0.05298445373773575, 0.03895266354084015, 0.041113585233688354, 0.005805928725749254],
	},
	{
		given: {cosineDecayRestarts: {initialLearningRate: 0.1, firstDecaySteps: 10, tMul: 1, mMul: 0.5}},
		expected: [0.1, 0.0975528284907341, 0.09045084565877914, 0.05, 0.0024471760261803865, 0.05, 0.04877641424536705, 0.025, 0.025, 0.0125, 0.0125, 0.003125, 9.765625145519152e-5],
	},
];

/** One-cycle schedules and their rates from step 0 on. */
export const cycles: ReadonlyArray<{readonly given: Record<string, Record<string, unknown>>; readonly expected: readonly number[]}> = [
	{
		given: {oneCycle: {maxLearningRate: 0.1, totalSteps: 20}},
		expected: [
			0.004,
			0.013167184270002533,
			0.037167184270002526,
			0.06683281572999747,
			0.09083281572999748,
			0.1,
			0.09874640062350874,
			0.09504846320134738,
			0.089091617757105,
			0.0811745653949763,
			0.07169430017913009,
			0.06112620219362893,
			0.0500002,
			0.03887419780637107,
			0.028306099820869922,
			0.0188258346050237,
			0.010908782242895003,
			0.004951936798652629,
			0.0012539993764912555,
			4e-7,
		],
	},
	{
		given: {oneCycle: {maxLearningRate: 0.5, totalSteps: 10, pctStart: 0.45, divFactor: 10, finalDivFactor: 100}},
		expected: [
			0.05,
			0.13471479458178492,
			0.3250672101401707,
			0.47771799527804426,
			0.48988337016022077,
			0.413801468302835,
			0.285793130858753,
			0.1465001005027789,
			0.04014693017541247,
			0.0005,
		],
	},
];
