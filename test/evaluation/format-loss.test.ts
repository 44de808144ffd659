import test from 'ava';
import {formatLoss} from '../../src/evaluation/format-loss.ts';

for (const [loss, text] of [
	[0.412_34, '0.4123'], [12.5, '12.5000'], [0, '0.0000'], [0.001, '0.0010'], [0.000_123_4, '0.000123'], [8.2e-8, '8.20e-8'], [-0.000_01, '-0.0000100'], [Number.NaN, 'NaN'],
] as const) {
	test(`a loss of ${loss} is printed as ${text}`, t => {
		t.is(formatLoss(loss), text);
	});
}
