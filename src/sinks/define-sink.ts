import type {EventSinkDefinition, RecordSinkDefinition} from './sink.ts';

interface DefineSink {
	<Options>(definition: EventSinkDefinition<Options>): EventSinkDefinition<Options>;
	<Options>(definition: RecordSinkDefinition<Options>): RecordSinkDefinition<Options>;
}

/**
 * Defines a sink that a definition names by the path of its module: of events on the main thread, or of records in the
 * stream's worker. Its options are checked before anything is read.
 */
export const defineSink: DefineSink = (definition: unknown) => definition as never;
