// Run a definition
export {runPipeline} from './runs/check-arguments.ts';
export type {RunOptions, RunResult} from './runs/types.ts';
export type {RunControl} from './runs/control.ts';
export {loadDefinition, type DefinitionText, type LoadedDefinition, type Overrides} from './definition/load.ts';
export {definePipeline} from './definition/define-pipeline.ts';
export {jsonSchema} from './definition/json-schema.ts';
export type {Definition, DefinitionInput} from './definition/schema.ts';

// Extend the stream
export {defineOperator} from './operators/define-operator.ts';
export {defineSource, type SourceContext, type SourceDefinition} from './sources/define-source.ts';
export {defineSink} from './sinks/define-sink.ts';
export {mapAsync, type MapAsyncOptions} from './stream/map-async.ts';
export type {Cardinality, Operator, OperatorContext, OperatorDefinition} from './operators/operator.ts';
export type {Random} from './random/generator.ts';
export type {Meter} from './stream/meter.ts';
export type {Source} from './sources/source.ts';
export type {EventSink, EventSinkContext, EventSinkDefinition, RecordSink, RecordSinkContext, RecordSinkDefinition} from './sinks/sink.ts';

// What travels
export type {Example, ExampleSpec, RecordChunk} from './tensor/example.ts';
export type {DType, TypedArray} from './tensor/dtypes.ts';
export type {Shape, TensorSpec} from './tensor/shape.ts';
export type {RunEvent} from './events/schema.ts';
export {runEventSchema} from './events/schema.ts';

// Results
export type {RunReport, SplitReport} from './evaluation/report.ts';
export {classify, formatClassification, type Classification} from './evaluation/classification.ts';
export {readCheckpoint} from './checkpoints/store.ts';
export type {Checkpoint} from './checkpoints/format.ts';

// Errors
export {ThreadloomError} from './errors/threadloom-error.ts';
export type {ErrorCode} from './errors/catalogue.ts';
export {exitCodes} from './errors/exit-codes.ts';
