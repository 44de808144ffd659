import type {z} from 'zod';
import {messageOf} from '../errors/thrown.ts';
import {createError, ThreadloomError} from '../errors/threadloom-error.ts';
import {describeFault, faultsOf} from '../schema/options-faults.ts';
import {formatSpec, type ExampleSpec} from '../tensor/example.ts';
import {kindOf, specFault} from '../tensor/spec-fault.ts';
import type {Operator, OperatorDefinition} from './operator.ts';

/** An operator's definition with the types of its options inferred from their schema. */
export type OperatorInput<Schema extends z.ZodType, State> = Omit<OperatorDefinition<z.output<Schema>, State>, 'options'> & {readonly options: Schema};

/**
 * Defines a preprocessing operator; a module with it as the default export is named by its path in a definition.
 *
 * The built-in operators are made with this and nothing else. A module may also export the plain definition.
 */
export const defineOperator = <Schema extends z.ZodType, State = undefined>(definition: OperatorInput<Schema, State>): Operator => {
	const fault = definitionFault(definition);
	if (fault !== undefined) {
		// Whoever loads the module names it.
		const error = new TypeError(`defineOperator needs \`options\`, \`cardinality\`, \`output\` and \`create\`: ${fault}`);
		Error.captureStackTrace(error, defineOperator);
		throw error;
	}

	return {
		kind: 'operator',
		options: definition.options,
		bind(given, {name, position}) {
			const parsed = definition.options.safeParse(given);
			if (!parsed.success) {
				const faults = faultsOf(parsed.error, definition.options, given);
				throw createError('OPERATOR_OPTIONS', {
					operator: name, position, problems: faults.map(fault => describeFault(fault)), faults,
				}, {cause: parsed.error});
			}

			const options = parsed.data;
			const {cardinality, deterministic = true, selects = false, holds, output, fit, affine, create} = definition;
			return {
				name,
				position,
				cardinality,
				deterministic,
				selects,
				options,
				holds(spec) {
					const bytes = holds?.(spec, options) ?? 0;
					if (!(bytes >= 0)) {
						throw createError('OPERATOR_FAILED', {operator: name, reason: `its holds() answered ${kindOf(bytes)}, expected a number of bytes`});
					}

					return bytes;
				},
				output(spec) {
					let answer: ExampleSpec;
					try {
						answer = output(spec, options);
					} catch (error) {
						throw asSpecError(error, {name, spec});
					}

					const wrong = specFault(answer);
					if (wrong !== undefined) {
						throw createError('OPERATOR_FAILED', {operator: name, reason: `its output() ${wrong}`});
					}

					return answer;
				},
				fit: fit && (async (examples, spec) => fit(examples, spec, options)),
				// A state is what this operator's own fit answered, or that answer back from a checkpoint.
				affine: affine && ((spec, state) => affine(spec, options, state as State)),
				create: (context, state) => create(options, context, state as State),
			};
		},
	};
};

const asSpecError = (error: unknown, {name, spec}: {readonly name: string; readonly spec: ExampleSpec}): ThreadloomError => {
	if (error instanceof ThreadloomError) {
		return error;
	}

	return createError('OPERATOR_SPEC', {operator: name, expected: messageOf(error), received: formatSpec(spec)}, {cause: error});
};

/** Whether a value, possibly from another copy of this package, is an operator. */
export const isOperator = (value: unknown): value is Operator =>
	typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'operator' && 'bind' in value && typeof value.bind === 'function';

/** What is missing of a plain definition that `defineOperator` takes, if anything. */
export const definitionFault = (value: unknown): string | undefined => {
	if (typeof value !== 'object' || value === null) {
		return `it is ${kindOf(value)}`;
	}

	const {options, cardinality, output, create} = value as Readonly<Record<string, unknown>>;
	if (typeof options !== 'object' || options === null || !('safeParse' in options)) {
		return `\`options\` is ${kindOf(options)}, expected a zod schema`;
	}

	if (!['one', 'filter', 'any'].includes(cardinality as string)) {
		return `\`cardinality\` is ${kindOf(cardinality)}, expected one, filter or any`;
	}

	const missing = Object.entries({output, create}).find(([, part]) => typeof part !== 'function');
	return missing && `\`${missing[0]}\` is ${kindOf(missing[1])}, expected a function`;
};
