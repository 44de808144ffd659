import test from 'ava';
import {identity} from 'rxjs';
import {z} from 'zod';
import {createInThreadFeed} from '../../src/feed/create-feed.ts';
import {defineOperator} from '../../src/operators/define-operator.ts';
import {attach, never, optionsOf} from './helpers.ts';

test('operators that choose do so once for every pass, and as in no training', async t => {
	const seen: boolean[] = [];
	const operator = defineOperator({
		options: z.object({}),
		cardinality: 'filter',
		selects: true,
		output: spec => ({...spec, count: undefined}),
		create(_, {training}) {
			seen.push(training);
			return identity;
		},
	});
	const feed = await createInThreadFeed({...optionsOf({count: 20}), operators: [{operator}]}, {signal: never});
	t.teardown(feed.close);
	const {readPass} = await attach(feed);
	await readPass();
	await readPass({epoch: 2});
	t.deepEqual(seen, [false]);
});
