import {entry} from '../entry.ts';

export const operatorErrors = {
	OPERATOR_FAILED: entry(
		'operator',
		(d: {operator: string; reason: string; source?: string; record?: number}) =>
			`The operator "${d.operator}" failed: ${d.reason}${d.record === undefined ? '' : ` (${d.source}, record ${d.record})`}`,
	),
	OPERATOR_CARDINALITY: entry(
		'operator',
		(d: {operator: string; incoming: number; outgoing: number}) =>
			`The operator "${d.operator}" declares as many examples out as in, but let out ${d.outgoing} for ${d.incoming}`,
		() => 'Declare its cardinality as "filter" if it drops examples, or as "any" if it does anything else.',
	),
	OPERATOR_HOLDS: entry(
		'operator',
		(d: {operator: string; held: number; bytes: number; seconds: number}) =>
			`The operator "${d.operator}" holds ${d.held} examples (${d.bytes} bytes) and let none out for ${d.seconds} s while the stream waited for it`,
		() => 'If it drops examples, declare its cardinality as "filter"; if it needs to hold this many, give the stream more with --memory.',
	),
};
