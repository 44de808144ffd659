import {dataSections} from './data.js';
import {loweringsSection} from './lowerings.js';
import {memorySection} from './memory.js';
import {sgemm} from './sgemm.js';
import {startUp} from './start-up.js';
import {stepSections} from './steps.js';
import {wholeRunSections} from './whole-runs.js';
import {workersSection} from './workers.js';

/** Every part of the comparison, in the order of the page. */
export const sections = [sgemm, ...stepSections, ...wholeRunSections, workersSection, memorySection, loweringsSection, ...dataSections, startUp];
