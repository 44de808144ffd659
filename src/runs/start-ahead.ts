/** Starts what every run needs, whatever its definition says: the thread of its stream. */
export {startAhead} from '../feed/stream-worker.ts';
