import {shrink, type Picture} from './picture.ts';

/** One character is one pixel wide and two high. `blocks` are half blocks in 24-bit colour. */
export type ArtStyle = 'blocks' | 'ascii';

const ramp = ' .:-=+*#%@';
const reset = '\u001B[0m';
const gap = 2;

type Color = readonly [number, number, number];

const colorAt = ({width, height, channels, data}: Picture, row: number, column: number): Color | undefined => {
	if (row >= height) {
		return undefined;
	}

	const at = (row * width + column) * channels;
	return channels === 3 ? [data[at]!, data[at + 1]!, data[at + 2]!] : [data[at]!, data[at]!, data[at]!];
};

/** Weights of Rec. 601. */
const brightness = ([red, green, blue]: Color): number => (red * 0.299) + (green * 0.587) + (blue * 0.114);

const block = (upper: Color, lower: Color | undefined): string =>
	`\u001B[38;2;${upper.join(';')}m${lower === undefined ? '\u001B[49m' : `\u001B[48;2;${lower.join(';')}m`}▀`;

const letter = (upper: Color, lower: Color = upper): string =>
	ramp[Math.min(ramp.length - 1, Math.floor(((brightness(upper) + brightness(lower)) / 2) * ramp.length / 256))]!;

const linesOf = (picture: Picture, style: ArtStyle): readonly string[] => Array.from({length: Math.ceil(picture.height / 2)}, (_, line) => {
	const characters = Array.from({length: picture.width}, (__, column) => {
		const upper = colorAt(picture, line * 2, column)!;
		const lower = colorAt(picture, (line * 2) + 1, column);
		return style === 'blocks' ? block(upper, lower) : letter(upper, lower);
	});
	return style === 'blocks' ? `${characters.join('')}${reset}` : characters.join('');
});

/** Lays pictures of one size in rows that fit the columns, each with its caption beneath; larger ones are made smaller. */
export const terminalArt = (
	items: ReadonlyArray<{readonly picture: Picture; readonly caption: string}>,
	{style, columns}: {readonly style: ArtStyle; readonly columns: number},
): string => {
	// Two stand beside each other, whatever their size.
	const half = Math.floor((columns - gap) / 2);
	const cells = items.map(({picture, caption}) => ({picture: shrink(picture, {width: half, height: 2 * half}), caption: caption.slice(0, half)}));
	const cell = Math.max(...cells.map(({picture, caption}) => Math.max(picture.width, caption.length)));
	const perRow = Math.floor((columns + gap) / (cell + gap));
	const rows: string[] = [];
	for (let first = 0; first < cells.length; first += perRow) {
		const row = cells.slice(first, first + perRow);
		const drawn = row.map(({picture}) => linesOf(picture, style));
		const join = (texts: ReadonlyArray<{readonly text: string; readonly width: number}>): string =>
			texts.map(({text, width}) => `${text}${' '.repeat(cell - width)}`).join(' '.repeat(gap)).trimEnd();
		rows.push([
			...drawn[0]!.map((_, line) => join(row.map(({picture: {width}}, index) => ({text: drawn[index]![line]!, width})))),
			join(row.map(({caption}) => ({text: caption, width: caption.length}))),
		].join('\n'));
	}

	return rows.join('\n\n');
};
