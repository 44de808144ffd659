import type {DefinitionInput} from './schema.ts';

/** Types a definition written in JavaScript or TypeScript; `loadDefinition` checks it. */
export const definePipeline = (definition: DefinitionInput): DefinitionInput => definition;
