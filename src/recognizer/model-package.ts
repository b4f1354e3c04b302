import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ModelCard, readCard } from '../acoustic/index.js';
import { readSectionFile, type Sections } from '../binary/sections.js';
import { HearkenError } from '../errors.js';
import { ConstFst } from '../fst/index.js';
import { NgramLm } from '../lm/index.js';

export const DEFAULT_MODEL = resolve(import.meta.dirname, '../../../models/en-small');

/** The parts of a package as they travel to worker threads: the big arrays are shared, not copied. */
export interface PackageParts {
  card: ModelCard;
  acoustic: Uint8Array;
  words: string[];
  /** Absent where the graph holds the whole grammar. */
  lm?: Sections;
  graph: Sections;
}

/** Read and check a package directory. @throws MODEL_NOT_FOUND, MODEL_CARD, MODEL_CHECKSUM, MODEL_FILE */
export function readPackage(directory: string): PackageParts {
  const card = readCard(directory);
  const file = (name: string): string => resolve(directory, name);
  let acoustic: Uint8Array;
  let words: string[];
  try {
    const bytes = readFileSync(file(card.acoustic.file));
    acoustic = new Uint8Array(new SharedArrayBuffer(bytes.length));
    acoustic.set(bytes);
    words = readFileSync(file('words.txt'), 'utf8').trimEnd().split('\n');
  } catch (cause) {
    throw new HearkenError('MODEL_NOT_FOUND', `incomplete model package: ${(cause as Error).message}`, { cause });
  }
  const parts = {
    card,
    acoustic,
    words,
    ...(card.graph === 'lookahead' && { lm: readSectionFile(file('lm.bin'), NgramLm.KIND) }),
    graph: readSectionFile(file('graph.bin'), ConstFst.KIND),
  };
  checkPackage(parts);
  return parts;
}

/** The parts fit each other, so that no worker meets a bad index later. @throws MODEL_FILE */
function checkPackage(parts: PackageParts): void {
  const graph = new ConstFst(parts.graph);
  const vocabulary = parts.lm ? new NgramLm(parts.lm).vocabulary : parts.words.length;
  if (vocabulary !== parts.words.length)
    throw new HearkenError('MODEL_FILE', `words.txt has ${parts.words.length} words, the language model ${vocabulary}`);
  const top = graph.olabels.reduce((m, l) => Math.max(m, l), 0);
  if (top >= parts.words.length)
    throw new HearkenError('MODEL_FILE', `the graph writes word ${top} of ${parts.words.length}`);
}
