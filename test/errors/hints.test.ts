import test from 'ava';
import {catalogue} from '../../src/errors/catalogue.ts';

/** What a flag is called where there is no command line: an option of `runPipeline`, or a key of a definition. */
const names: Readonly<Record<string, string>> = {
	out: '`out`',
	force: '`force`',
	'data-dir': '`dataDirectory`',
	'max-memory': '`maxMemory`',
	'allow-operators': '`allowOperators`',
	offline: '`network.offline`',
	engine: '`training.engine`',
	workers: '`training.workers`',
	memory: '`memory`',
};
/** Of commands only: nobody who calls `runPipeline` meets them. */
const ofCommands = new Set(['PROOF_FAILED', 'USAGE', 'FLAG_UNKNOWN', 'FLAG_VALUE', 'FLAG_REPEATED', 'COMMAND_UNKNOWN']);

test('a hint that names a flag says what that is called in code', t => {
	let flags = 0;
	for (const [code, {hint}] of Object.entries(catalogue)) {
		// A hint may be put together of several sentences; all of them stand in its text.
		const text = ofCommands.has(code) ? '' : hint?.toString().replaceAll('\\`', '`') ?? '';
		for (const [flag, name] of Object.entries(names)) {
			if (new RegExp(`--${flag}\\b(?!-)`, 'u').test(text)) {
				flags++;
				t.true(text.includes(name), `${code}: ${text}`);
			}
		}
	}

	t.true(flags >= 12);
});
