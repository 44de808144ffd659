import {formatShape, sizeOf, type Shape} from '../tensor/shape.ts';
import type {Layer} from './layer.ts';
import type {Model} from './model.ts';

/** One row of a summary. */
export interface SummaryRow {
	readonly name: string;
	readonly type: Layer['type'];
	readonly output: Shape;
	readonly parameters: number;
	/** Multiplications and additions of one example's way forward. */
	readonly operations: number;
}

/** A model in figures. */
export interface ModelSummary {
	readonly name: string;
	readonly input: Shape;
	readonly rows: readonly SummaryRow[];
	readonly parameters: number;
	/** Of the parameters as float32. */
	readonly bytes: number;
	readonly operations: number;
}

const operationsOf = (layer: Layer): number => {
	switch (layer.type) {
		case 'dense': {
			return 2 * layer.input[0]! * layer.units;
		}

		case 'conv2d': {
			return 2 * sizeOf(layer.kernelSize) * layer.input[2]! * sizeOf(layer.output);
		}

		case 'maxPooling2d':
		case 'averagePooling2d': {
			return sizeOf(layer.poolSize) * sizeOf(layer.output);
		}

		case 'flatten':
		case 'reshape': {
			return 0;
		}

		case 'dropout':
		case 'activation': {
			return sizeOf(layer.output);
		}

		default: {
			return layer satisfies never;
		}
	}
};

/** Counts what a model holds and costs. */
export const modelSummary = (model: Model): ModelSummary => {
	const rows = model.layers.map((layer): SummaryRow => ({
		name: layer.name,
		type: layer.type,
		output: layer.output,
		parameters: layer.parameters.reduce((sum, {shape}) => sum + sizeOf(shape), 0),
		operations: operationsOf(layer),
	}));
	return {
		name: model.name,
		input: model.input,
		rows,
		parameters: model.parameterCount,
		bytes: model.parameterCount * 4,
		operations: rows.reduce((sum, {operations}) => sum + operations, 0),
	};
};

const count = (value: number): string => value.toLocaleString('en');

/** The summary as a table. */
export const formatSummary = ({name, input, rows, parameters, bytes, operations}: ModelSummary): string => {
	const cells: ReadonlyArray<readonly [string, string, string]> = [
		['Layer (type)', 'Output', 'Parameters'],
		...rows.map(row => [`${row.name} (${row.type})`, formatShape(row.output), count(row.parameters)] as const),
	];
	const widths = [0, 1, 2].map(column => Math.max(...cells.map(row => row[column]!.length)));
	const [head, ...body] = cells.map(row => `${row[0].padEnd(widths[0]!)}  ${row[1].padEnd(widths[1]!)}  ${row[2].padStart(widths[2]!)}`);
	const rule = '─'.repeat(head!.length);
	return [
		`Model: ${name}, input ${formatShape(input)}`,
		rule,
		head,
		rule,
		...body,
		rule,
		`Parameters: ${count(parameters)} (${(bytes / 2 ** 20).toFixed(2)} MiB)`,
		`Operations: ${count(operations)} an example, forward`,
	].join('\n');
};
