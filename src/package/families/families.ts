import type { ModelFamily } from './family.js';
import { HAMA } from './hama.js';
import { PARAKEET, WAV2VEC2 } from './hugging-face.js';
import { NEMO, NEMO_STREAMING } from './nemo.js';
import { ZIPFORMER, ZIPFORMER_STREAMING } from './zipformer.js';

/** Networks that can be imported; the first that matches is taken. */
export const FAMILIES: readonly ModelFamily[] = [
  HAMA,
  NEMO,
  NEMO_STREAMING,
  ZIPFORMER,
  ZIPFORMER_STREAMING,
  PARAKEET,
  WAV2VEC2,
];
