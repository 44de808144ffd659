import type {Example} from '../../../tensor/example.ts';

const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, '?');

/** A label in a few words: the class, the classes and their shares after one-hot, or numbers. */
export const captionOf = (label: Example['label'], classes: readonly string[] | undefined): string => {
	const nameOf = (index: number): string => printable(classes?.[index] ?? String(index));
	if (typeof label === 'number') {
		return Number.isInteger(label) ? nameOf(label) : label.toPrecision(3);
	}

	const shares = [...label.entries()].filter(([, share]) => share !== 0);
	const sum = shares.reduce((total, [, share]) => total + share, 0);
	if (shares.some(([, share]) => share < 0) || Math.abs(sum - 1) > 1e-3) {
		return [...label].map(value => value.toPrecision(3)).join(' ');
	}

	return shares.length === 1 ? nameOf(shares[0]![0]) : shares.map(([index, share]) => `${nameOf(index)} ${share.toFixed(2)}`).join(' ');
};
