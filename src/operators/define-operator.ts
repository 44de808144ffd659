import type {z} from 'zod';
import {messageOf} from '../errors/thrown.ts';
import {createError, ThreadloomError} from '../errors/threadloom-error.ts';
import {describeFault, faultsOf} from '../schema/options-faults.ts';
import {formatSpec, type ExampleSpec} from '../tensor/example.ts';
import type {Operator, OperatorDefinition} from './operator.ts';

/** An operator's definition with the types of its options inferred from their schema. */
export type OperatorInput<Schema extends z.ZodType, State> = Omit<OperatorDefinition<z.output<Schema>, State>, 'options'> & {readonly options: Schema};

/**
 * Defines a preprocessing operator; a module with it as the default export is named by its path in a definition.
 *
 * The built-in operators are made with this and nothing else. A module may also export the plain definition.
 */
export const defineOperator = <Schema extends z.ZodType, State = undefined>(definition: OperatorInput<Schema, State>): Operator => {
	const isComplete: boolean = isOperatorDefinition(definition);
	if (!isComplete) {
		// Whoever loads the module names it.
		throw new TypeError('defineOperator needs `options` (a zod schema), `cardinality`, `output` and `create`');
	}

	return {
		kind: 'operator',
		options: definition.options,
		bind(given, {name, position}) {
			const parsed = definition.options.safeParse(given);
			if (!parsed.success) {
				const faults = faultsOf(parsed.error, definition.options);
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
				holds: spec => holds?.(spec, options) ?? 0,
				output(spec) {
					try {
						return output(spec, options);
					} catch (error) {
						throw asSpecError(error, {name, spec});
					}
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

/** Whether a value is a plain definition that `defineOperator` takes. */
export const isOperatorDefinition = (value: unknown): value is OperatorInput<z.ZodType, unknown> =>
	typeof value === 'object' && value !== null
	&& 'options' in value && typeof value.options === 'object' && value.options !== null && 'safeParse' in value.options
	&& 'output' in value && typeof value.output === 'function'
	&& 'create' in value && typeof value.create === 'function'
	&& 'cardinality' in value && ['one', 'filter', 'any'].includes(value.cardinality as string);
