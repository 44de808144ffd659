/**
 * The parts of RxJS that the stream is made of.
 *
 * The package's own entry reads more than two hundred files, which was a quarter of the time that a command took to
 * start. These are the same objects that `import {map} from 'rxjs'` gives to the operators of users.
 */
export {Observable} from 'rxjs/internal/Observable';
export {filter} from 'rxjs/internal/operators/filter'; // eslint-disable-line @typescript-eslint/no-deprecated -- one of its overloads is, and it is not used
export {map} from 'rxjs/internal/operators/map'; // eslint-disable-line @typescript-eslint/no-deprecated -- one of its overloads is, and it is not used
export {skip} from 'rxjs/internal/operators/skip';
export {take} from 'rxjs/internal/operators/take';
export {identity} from 'rxjs/internal/util/identity';
