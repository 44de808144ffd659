import {messageOf} from '../errors/thrown.ts';
import {createError, ThreadloomError} from '../errors/threadloom-error.ts';
import type {Example} from '../tensor/example.ts';
import {jsonFault} from './json-fault.ts';
import type {ChainLink} from './operator-chain.ts';

/**
 * Fits the operators that learn something, in order, each on what the ones before it let through.
 *
 * States that are given are kept. Answers them by position.
 * @throws OPERATOR_FAILED
 */
export const fitOperators = async (
	links: readonly ChainLink[],
	{given, examplesThrough}: {
		readonly given: Readonly<Record<string, unknown>>;
		/** The training share after the operators of a list; undefined when there is none. */
		readonly examplesThrough: (links: readonly ChainLink[], states: Readonly<Record<string, unknown>>) => AsyncIterable<Example> | undefined;
	},
): Promise<Readonly<Record<string, unknown>>> => {
	const states: Record<string, unknown> = {};
	for (const [index, {step: {name, position, fit}, input}] of links.entries()) {
		if (fit === undefined) {
			continue;
		}

		const key = String(position);
		if (Object.hasOwn(given, key)) {
			states[key] = given[key];
			continue;
		}

		const examples = examplesThrough(links.slice(0, index), states);
		if (examples === undefined) {
			throw createError('OPERATOR_FAILED', {operator: name, reason: 'it learns from training data, and there is none'});
		}

		try {
			states[key] = await fit(examples, input);
		} catch (error) {
			throw error instanceof ThreadloomError
				? error
				: createError('OPERATOR_FAILED', {operator: name, reason: messageOf(error)}, {cause: error});
		}

		const fault = jsonFault(states[key]);
		if (fault !== undefined) {
			throw createError('OPERATOR_FAILED', {operator: name, reason: `its fit() answered ${fault}; a state is kept as JSON`});
		}
	}

	return states;
};
