import {randomInt} from 'node:crypto';

/** Seeds that are drawn are below this, so that they are easy to type. */
const seedLimit = 2 ** 31;

/** The seed of a definition, or one that is drawn where it has none. */
export const seedOf = ({seed}: {readonly seed?: number | undefined}): number => seed ?? randomInt(seedLimit);
