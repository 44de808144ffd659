import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {pipeline, workspace} from '../../cli/workspace.ts';

test('the native runtime keeps no record of a run in the home or the temporary folder', async t => {
	const cwd = await workspace(t, {'home/.keep': '', 'temporary/.keep': ''});
	const at = (name: string): string => path.join(cwd, name);
	const {exitCode} = await pipeline(['train', 'tiny.yaml', '--set', 'training.engine=onnx', '--out', 'out'], {
		cwd, env: {HOME: at('home'), TMPDIR: at('temporary'), XDG_CACHE_HOME: at('home')},
	});
	t.is(exitCode, 0);
	t.deepEqual(await fs.readdir(at('home'), {recursive: true}), ['.keep']);
	t.deepEqual(await fs.readdir(at('temporary'), {recursive: true}), ['.keep']);
});
