/**
 * What is compared: each network, its batch, and how many steps are timed after a warm-up. The counts are chosen so that
 * one process of any contender takes a few seconds. A whole run reads `images` training images, a tenth of them for
 * validation, and trains for `epochs`.
 */
export const networks = {
	cnn: {title: 'CNN, batch 128', definition: 'cnn', batch: 128, warmup: 8, steps: 40, images: 6000, epochs: 3},
	'mnn-3': {title: 'MNN-3, batch 128', definition: 'mnn-3', batch: 128, warmup: 500, steps: 3000, images: 60_000, epochs: 3},
	'mnn-12': {title: 'MNN-12, batch 128', definition: 'mnn-12', batch: 128, warmup: 300, steps: 1500, images: 60_000, epochs: 3},
	'mnn-3-32': {title: 'MNN-3, batch 32', definition: 'mnn-3', batch: 32, warmup: 1000, steps: 8000, images: 60_000, epochs: 2},
	snn: {title: 'SNN, full batch', definition: 'snn', batch: 'all', warmup: 3, steps: 15, images: 60_000, epochs: 20},
};
