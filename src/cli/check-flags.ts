import type {Options} from 'yargs';
import {createError, type ThreadloomError} from '../errors/threadloom-error.ts';
import {durationForm, parseDuration} from '../schema/duration.ts';
import type {Flags} from './flags.ts';

/** Flags that count something; what else is a number, the definition's schema checks. */
const counts: ReadonlySet<string> = new Set(['max-steps', 'count']);
const durations: ReadonlySet<string> = new Set(['max-time', 'grace']);

type FlagTable = Readonly<Record<string, Options>>;

const spellings = (name: string, {alias}: Options): readonly string[] => [`--${name}`, ...(typeof alias === 'string' ? [`-${alias}`] : [])];

const takesValue = ({type, choices}: Options): boolean => choices !== undefined || type === 'string' || type === 'number';

/** The arguments that are neither flags nor the values of flags. */
export const positionalsOf = (argv: readonly string[], tables: readonly FlagTable[]): readonly string[] => {
	const valued = new Set(tables.flatMap(table => Object.entries(table).flatMap(([name, options]) => (takesValue(options) ? spellings(name, options) : []))));
	return argv.filter((argument, index) => (argument === '-' || !argument.startsWith('-')) && !valued.has(argv[index - 1] ?? ''));
};

/** What was typed after a flag. */
const typed = (argv: readonly string[], names: readonly string[]): string => {
	const index = argv.findLastIndex(argument => names.some(name => argument === name || argument.startsWith(`${name}=`)));
	const [, inline] = /^[^=]+=(?<value>.*)$/su.exec(argv[index] ?? '') ?? [];
	return inline ?? argv[index + 1] ?? '';
};

/** What is wrong with the values of flags, which the parser takes as they come: nothing, the wrong type, or several of one. */
export const checkFlags = (flags: Flags, table: FlagTable, argv: readonly string[]): ThreadloomError | undefined => {
	for (const [name, options] of Object.entries(table)) {
		const value = flags[name];
		if (value === undefined || options.array === true) {
			continue;
		}

		if (Array.isArray(value)) {
			return createError('FLAG_REPEATED', {flag: name, times: value.length});
		}

		const {type} = options;
		const refuse = (expected: string): ThreadloomError => createError('FLAG_VALUE', {flag: `--${name}`, value: typed(argv, spellings(name, options)), expected});
		// The parser takes nothing for 0.
		if (type === 'number' && (typeof value !== 'number' || Number.isNaN(value) || typed(argv, spellings(name, options)).trim() === '')) {
			return refuse('a number');
		}

		if (counts.has(name) && !(Number.isSafeInteger(value) && Number(value) >= 1)) {
			return refuse('a whole number of at least 1');
		}

		if (type === 'string' && (typeof value !== 'string' || value === '')) {
			return refuse('some text');
		}

		if (durations.has(name) && parseDuration(String(value)) === undefined) {
			return refuse(durationForm);
		}
	}

	return undefined;
};
