import type {Shape} from '../tensor/shape.ts';

/** One file of a data set. */
export interface CatalogueFile {
	/** Without `.gz`. */
	readonly name: string;
	/** Sha256 of NAME.gz. */
	readonly sha256: string;
	/** Sha256 of the unpacked file, where it is known. */
	readonly unpackedSha256?: string;
}

export interface CatalogueSplit {
	/** Number of records. */
	readonly count: number;
	readonly images: CatalogueFile;
	readonly labels: CatalogueFile;
}

/** A data set that definitions name. */
export interface CatalogueEntry {
	readonly description: string;
	/** Folders of the files, the one of their makers first and then its mirrors, each ending in a slash. */
	readonly addresses: readonly [string, ...string[]];
	/** Of one record; uint8. */
	readonly shape: Shape;
	readonly classes: readonly string[];
	readonly train: CatalogueSplit;
	readonly test: CatalogueSplit;
}

/**
 * Data sets by name.
 *
 * The sha256 of the packed files are those that pytorch/vision checks (torchvision/prototype/datasets/_builtin/mnist.py
 * at commit 1ec2509e8715d5373b194b688ee0cc75262baec9); mirrors hold the same files and are held to the same digests.
 */
export const datasets: Readonly<Record<string, CatalogueEntry>> = {
	'fashion-mnist': {
		description: 'Fashion-MNIST: 60,000 and 10,000 grey images of garments (Xiao, Rasul and Vollgraf, 2017)',
		// The makers' own, then the one that Keras fetches from (keras-team/keras, keras/src/datasets/fashion_mnist.py).
		addresses: ['http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/', 'https://storage.googleapis.com/tensorflow/tf-keras-datasets/'],
		shape: [28, 28],
		classes: ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
		train: {
			count: 60_000,
			images: {
				name: 'train-images-idx3-ubyte',
				sha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
				unpackedSha256: 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
			},
			labels: {
				name: 'train-labels-idx1-ubyte',
				sha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
				unpackedSha256: 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
			},
		},
		test: {
			count: 10_000,
			images: {
				name: 't10k-images-idx3-ubyte',
				sha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
				unpackedSha256: '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
			},
			labels: {
				name: 't10k-labels-idx1-ubyte',
				sha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
				unpackedSha256: '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
			},
		},
	},
	mnist: {
		description: 'MNIST: 60,000 and 10,000 grey images of handwritten digits (LeCun, Cortes and Burges)',
		// The makers' site serves it no more: the mirror of pytorch/vision (torchvision/datasets/mnist.py), then that of the Common
		// Visual Data Foundation, from which tensorflow/datasets fetches (tensorflow_datasets/image_classification/mnist.py).
		addresses: ['https://ossci-datasets.s3.amazonaws.com/mnist/', 'https://storage.googleapis.com/cvdf-datasets/mnist/'],
		shape: [28, 28],
		classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
		train: {
			count: 60_000,
			images: {
				name: 'train-images-idx3-ubyte',
				sha256: '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
			},
			labels: {
				name: 'train-labels-idx1-ubyte',
				sha256: '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
			},
		},
		test: {
			count: 10_000,
			images: {
				name: 't10k-images-idx3-ubyte',
				sha256: '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
			},
			labels: {
				name: 't10k-labels-idx1-ubyte',
				sha256: 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
			},
		},
	},
	kmnist: {
		description: 'Kuzushiji-MNIST: 60,000 and 10,000 grey images of cursive Japanese characters (Clanuwat et al., 2018)',
		// As in pytorch/vision (torchvision/datasets/mnist.py).
		addresses: ['http://codh.rois.ac.jp/kmnist/dataset/kmnist/'],
		shape: [28, 28],
		classes: ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo'],
		train: {
			count: 60_000,
			images: {
				name: 'train-images-idx3-ubyte',
				sha256: '51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4',
			},
			labels: {
				name: 'train-labels-idx1-ubyte',
				sha256: 'e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17',
			},
		},
		test: {
			count: 10_000,
			images: {
				name: 't10k-images-idx3-ubyte',
				sha256: 'edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5',
			},
			labels: {
				name: 't10k-labels-idx1-ubyte',
				sha256: '20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c',
			},
		},
	},
};
