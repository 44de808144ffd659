import {folderSource} from './images/folder-source.ts';
import {npySource} from './npy/npy-source.ts';

/** Sources that keep the public contract and nothing else, by the key of a definition that names them. */
export const builtInSources = {npy: npySource, folder: folderSource} as const;
