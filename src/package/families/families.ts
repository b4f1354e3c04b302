import type { ModelFamily } from './family.js';
import { HAMA } from './hama.js';
import { NEMO } from './nemo.js';

/** Networks that can be imported; the first that matches is taken. */
export const FAMILIES: readonly ModelFamily[] = [HAMA, NEMO];
