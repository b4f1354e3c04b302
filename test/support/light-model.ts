import { resolve } from 'node:path';
import { ROOT } from './shared.js';

/** Tests of everything but the accurate model itself, and the programs they start, run with the light one: it takes a third of the time. */
process.env.HEARKEN_MODEL ??= resolve(ROOT, 'models/en-small');
