/** Writes the graphs by which families are tried at the start of a run down in dist/bundle/engines/onnx/trials, from where they are loaded. */
import fs from 'node:fs';
import {familyNames, familyOf} from '../dist/src/engines/onnx/families.js';
import {graphsOf} from '../dist/src/engines/onnx/self-test.js';

const folder = new URL('../dist/bundle/engines/onnx/trials/', import.meta.url);
fs.mkdirSync(folder, {recursive: true});
for (const name of familyNames.filter(name => name !== 'plain')) { // What the others are compared with.
	for (const [file, graph] of Object.entries(graphsOf(familyOf(name)))) {
		fs.writeFileSync(new URL(file, folder), graph);
	}
}
