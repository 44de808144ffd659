import {createHash} from 'node:crypto';
import type {State} from '../pool/state.ts';

/** sha256 of canonical parameters as they lie in memory, little-endian. */
export const digestOfParameters = ({buffer, byteOffset, byteLength}: State[string]): string =>
	createHash('sha256').update(new Uint8Array(buffer, byteOffset, byteLength)).digest('hex');
