/**
 * The parts of RxJS that the stream is made of.
 *
 * The package's own entry reads more than two hundred files, which was a quarter of the time that a command took to
 * start; and an `import` of its CommonJS modules reads the text of each for the names in it first. These are the same
 * objects that `import {map} from 'rxjs'` gives to the operators of users.
 */
import {createRequire} from 'node:module';
import type * as observable from 'rxjs/internal/Observable';
import type * as operators from 'rxjs/operators';
import type * as identities from 'rxjs/internal/util/identity';

const require = createRequire(import.meta.url);

export type Observable<T> = observable.Observable<T>;
export const {Observable} = require('rxjs/internal/Observable') as typeof observable; // eslint-disable-line @typescript-eslint/no-redeclare -- a class is a type too
export const {filter} = require('rxjs/internal/operators/filter') as typeof operators;
export const {map} = require('rxjs/internal/operators/map') as typeof operators;
export const {skip} = require('rxjs/internal/operators/skip') as typeof operators;
export const {take} = require('rxjs/internal/operators/take') as typeof operators;
export const {identity} = require('rxjs/internal/util/identity') as typeof identities;
