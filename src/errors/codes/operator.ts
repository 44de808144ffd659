import {entry} from '../entry.ts';

export const operatorErrors = {
	OPERATOR_FAILED: entry(
		'operator',
		(d: {operator: string; reason: string; source?: string; record?: number}) =>
			`The operator "${d.operator}" failed: ${d.reason}${d.record === undefined ? '' : ` (${d.source}, record ${d.record})`}`,
	),
};
