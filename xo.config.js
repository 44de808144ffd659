/** Rules that fight the house style, each with its reason. */
const rules = {
	// Field terms are short: args, params, dx.
	'unicorn/prevent-abbreviations': 'off',
	// Loops over numbers are the plainest form of a kernel, and indices are pushed through several arrays.
	'unicorn/no-for-loop': 'off',
	'@typescript-eslint/prefer-for-of': 'off',
	// Kernels read by index inside bounds that their loops prove.
	'@typescript-eslint/no-non-null-assertion': 'off',
	'@typescript-eslint/no-unnecessary-type-assertion': 'off',
	// Precedence of arithmetic is known.
	'no-mixed-operators': 'off',
	'@stylistic/no-mixed-operators': 'off',
	// Formulas use the letters of their sources.
	'@typescript-eslint/naming-convention': 'off',
	'id-length': 'off',
	// Typed-array slices copy memory; spreading them makes ordinary arrays.
	'unicorn/prefer-spread': 'off',
	'unicorn/prefer-at': 'off',
	// A bit mask is what it says.
	'no-bitwise': 'off',
	'unicorn/prefer-math-trunc': 'off',
	// `undefined` is a value of the contracts here, passed on purpose.
	'unicorn/no-useless-undefined': 'off',
	// Types keep words of the field: null where JSON has null.
	'@typescript-eslint/no-restricted-types': 'off',
	'@typescript-eslint/ban-types': 'off',
	'unicorn/no-null': 'off',
	// Awaits in loops are steps of one order; the streams here are such.
	'no-await-in-loop': 'off',
	// Several small files of one subject read better than many classes; a file may hold many functions.
	'max-params': ['error', 5],
	'max-depth': ['error', 6],
	complexity: 'off',
	'unicorn/no-array-reduce': 'off',
	'unicorn/no-array-callback-reference': 'off',
	'unicorn/no-nested-ternary': 'off',
	'no-nested-ternary': 'off',
	'unicorn/number-literal-case': 'off',
	'unicorn/numeric-separators-style': 'off',
	'@stylistic/max-len': 'off',
	'@stylistic/indent': ['error', 'tab', {SwitchCase: 1}],
	'@stylistic/curly-newline': 'off',
	'@stylistic/object-curly-newline': 'off',
	'@stylistic/function-paren-newline': 'off',
	'@stylistic/operator-linebreak': 'off',
	'@stylistic/no-extra-parens': 'off',
	'@stylistic/comma-dangle': ['error', 'always-multiline'],
	'@typescript-eslint/consistent-type-imports': ['error', {fixStyle: 'inline-type-imports'}],
	'import-x/consistent-type-specifier-style': 'off',
	// tsc resolves imports, `.ts` endings included.
	'import-x/extensions': 'off',
	'n/file-extension-in-import': 'off',
	'n/prefer-global/process': 'off',
	'n/prefer-global/buffer': 'off',
	// Promises are watched where they are made.
	'promise/prefer-await-to-then': 'off',
	'promise/param-names': 'off',
	// Node 20 has no Promise.withResolvers, and classes here carry no state of their own.
	'@typescript-eslint/class-literal-property-style': 'off',
	// A closed union ends in `satisfies never`.
	'@typescript-eslint/no-unused-expressions': 'off',
	'@typescript-eslint/only-throw-error': 'off',
	'@typescript-eslint/prefer-promise-reject-errors': 'off',
	'@typescript-eslint/switch-exhaustiveness-check': 'off',
	'@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
	'@typescript-eslint/consistent-type-assertions': 'off',
	// Formulas in comments start with their own letters.
	'capitalized-comments': 'off',
	// A catch that does nothing says why in a comment.
	'@typescript-eslint/no-empty-function': 'off',
	'no-empty-function': 'off',
	// What may be ready at once answers without a promise: a kernel does not wait.
	'@typescript-eslint/promise-function-async': 'off',
	// Char codes feed a hash of UTF-16 units.
	'unicorn/prefer-code-point': 'off',
	'unicorn/no-await-expression-member': 'off',
	'@typescript-eslint/no-base-to-string': 'off',
	// The slowest rules that ask for types; tsc's own strictness covers what they find.
	'@typescript-eslint/no-unsafe-assignment': 'off',
	'@typescript-eslint/no-unsafe-call': 'off',
	'@typescript-eslint/no-unsafe-return': 'off',
	'@typescript-eslint/no-unsafe-argument': 'off',
	'@typescript-eslint/restrict-template-expressions': 'off',
	'@typescript-eslint/restrict-plus-operands': 'off',
};

export default [
	// assembly is AssemblyScript, whose compiler checks it.
	{ignores: ['assembly', 'dist', 'coverage', 'fixtures', 'benchmarks/node_modules', 'runs']},
	// With CI set, the parser would take xo's own list of JavaScript files for a project without any.
	{rules, languageOptions: {parserOptions: {disallowAutomaticSingleRunInference: true}}},
	// Settings are an object and nothing else; benchmarks stand on the package's own dependencies.
	{files: ['*.js', 'benchmarks/**/*.js'], rules: {'import-x/no-anonymous-default-export': 'off', 'import-x/no-extraneous-dependencies': 'off', 'n/no-extraneous-import': 'off'}},
	{files: ['test/**/*.ts'], rules: {'ava/no-ignored-test-files': 'off', 'ava/no-import-test-files': 'off'}},
];
