import type {z} from 'zod';
import {createError} from '../errors/threadloom-error.ts';
import {defaultOf, exportFault} from '../schema/default-export.ts';
import {defineOperator, definitionFault, isOperator, type OperatorInput} from './define-operator.ts';
import type {Operator, OperatorStep} from './operator.ts';
import {builtInOperators} from './registry.ts';
import type {OperatorConfig} from './schema.ts';

/** An operator given in code: it cannot cross threads. */
export interface OperatorInCode {
	readonly operator: Operator;
	/** @default {} */
	readonly options?: unknown;
	/** What errors call it. @default operator N */
	readonly name?: string;
}

export interface ResolveOptions {
	/** Loads a module as the definition names it, or refuses to; answers its namespace. */
	readonly loadModule: (specifier: string) => Promise<unknown>;
}

/** The name of an operator in a definition, and its options. */
export const readOperatorConfig = (config: OperatorConfig): {readonly name: string; readonly options: unknown} => {
	if (typeof config === 'string') {
		return {name: config, options: {}};
	}

	const [name, options] = Object.entries(config)[0] ?? [''];
	return {name, options: options ?? {}};
};

/** Whether an operator's name is the path or the address of a module. */
export const isModuleName = (name: string): boolean => /^[./\\]|^[a-z]:\\|:\/\/|\.[cm]?[jt]s$/iu.test(name);

const operatorOf = async (name: string, {loadModule}: ResolveOptions): Promise<Operator> => {
	if (Object.hasOwn(builtInOperators, name)) {
		return builtInOperators[name]!;
	}

	if (!isModuleName(name)) {
		throw createError('OPERATOR_UNKNOWN', {operator: name, known: Object.keys(builtInOperators)});
	}

	const module = await loadModule(name);
	const exported = defaultOf(module);
	if (isOperator(exported)) {
		return exported;
	}

	const fault = definitionFault(exported);
	if (fault === undefined) {
		return defineOperator(exported as OperatorInput<z.ZodType, unknown>);
	}

	throw createError('OPERATOR_MODULE', {module: name, fault: 'form', reason: `${exportFault(module, 'operator')}${exported === module ? '' : `: ${fault}`}`});
};

/**
 * Finds the operators of a definition and checks their options.
 *
 * @throws OPERATOR_UNKNOWN, OPERATOR_MODULE, OPERATOR_OPTIONS, and what `loadModule` throws
 */
export const resolveOperators = async (configs: ReadonlyArray<OperatorConfig | OperatorInCode>, options: ResolveOptions): Promise<readonly OperatorStep[]> => {
	const steps: OperatorStep[] = [];
	for (const [position, config] of configs.entries()) {
		if (isInCode(config)) {
			steps.push(config.operator.bind(config.options ?? {}, {name: config.name ?? `operator ${position + 1}`, position}));
			continue;
		}

		const {name, options: given} = readOperatorConfig(config);
		const operator = await operatorOf(name, options);
		steps.push(operator.bind(given, {name, position}));
	}

	return steps;
};

const isInCode = (config: OperatorConfig | OperatorInCode): config is OperatorInCode =>
	typeof config === 'object' && 'operator' in config && isOperator(config.operator);
