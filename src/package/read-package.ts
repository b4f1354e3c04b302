import { readFileSync } from 'node:fs';
import { readSectionFile, type Sections } from '../binary/sections.js';
import { HearkenError } from '../errors.js';
import { ConstFst } from '../fst/index.js';
import { NgramLm, RecurrentLm } from '../lm/index.js';
import type { ModelCard } from './card.js';
import { packageFile, readCard } from './read-card.js';
import { topologyOf } from './topology.js';

/** Words, search graph and language model of a package as they travel to worker threads: the big arrays are shared, not copied. */
export interface WordsParts {
  card: ModelCard;
  words: string[];
  /** Absent where the graph holds the whole grammar. */
  lm?: Sections;
  graph: Sections;
  /** The model that finals are rescored with, where there is one. */
  recurrent?: { network: Uint8Array; tables: Sections; words: string[] };
  /** Text of the card's `topology.contexts`, where it has one. */
  contexts?: string;
  /** Bytes of the card's `spelling.tokenizer`, where it has one. */
  tokenizer?: Uint8Array;
}

export interface PackageParts extends WordsParts {
  acoustic: Uint8Array;
  /** The network of the second pass, where there is one. */
  secondPass?: Uint8Array;
}

/** Read and check a package directory. @throws MODEL_NOT_FOUND, MODEL_CARD, MODEL_CHECKSUM, MODEL_FILE */
export function readPackage(directory: string): PackageParts {
  const card = readCard(directory);
  const file = (name: string): string => packageFile(directory, card, name);
  let parts: PackageParts;
  try {
    const lines = (name: string): string[] => readFileSync(file(name), 'utf8').trimEnd().split('\n');
    const { recurrentLm, spelling, topology } = card;
    const contexts = topology.kind === 'chain' ? topology.contexts : undefined;
    parts = {
      card,
      acoustic: sharedBytes(file(card.acoustic.file)),
      ...(card.secondPass && { secondPass: sharedBytes(file(card.secondPass.file)) }),
      words: lines('words.txt'),
      ...(contexts && { contexts: readFileSync(file(contexts), 'utf8') }),
      ...(spelling.tokenizer && { tokenizer: sharedBytes(file(spelling.tokenizer)) }),
      ...(card.graph === 'lookahead' && { lm: readSectionFile(file('lm.bin'), NgramLm.KIND) }),
      graph: readSectionFile(file('graph.bin'), ConstFst.KIND),
      ...(recurrentLm && {
        recurrent: {
          network: sharedBytes(file(recurrentLm.network)),
          tables: readSectionFile(file(recurrentLm.tables), RecurrentLm.KIND),
          words: lines(recurrentLm.words),
        },
      }),
    };
  } catch (cause) {
    if (cause instanceof HearkenError) throw cause;
    throw new HearkenError('MODEL_NOT_FOUND', `incomplete model package: ${(cause as Error).message}`, { cause });
  }
  checkPackage(parts);
  return parts;
}

function sharedBytes(path: string): Uint8Array {
  const bytes = readFileSync(path);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}

/** The words of another package for the acoustic model of `base`. @throws as readPackage; MODEL_CARD where it was made for another model */
export function readWords(directory: string, base: ModelCard): WordsParts {
  const { acoustic: _, secondPass: __, ...parts } = readPackage(directory);
  const { acoustic, topology, spelling, checksums } = parts.card;
  const same = (name: string | undefined): boolean => !name || checksums[name] === base.checksums[name];
  if (
    acoustic.columns !== base.acoustic.columns ||
    spelling.units.join(' ') !== base.spelling.units.join(' ') ||
    !same(acoustic.file) ||
    topology.kind !== base.topology.kind ||
    !same(topology.kind === 'chain' ? topology.contexts : undefined)
  )
    throw new HearkenError('MODEL_CARD', `${directory} was built for another acoustic model than ${base.name}'s`);
  return parts;
}

/** The parts fit each other, so that no worker meets a bad index later. @throws MODEL_FILE, MODEL_CARD */
function checkPackage(parts: WordsParts): void {
  topologyOf(parts.card, parts.contexts);
  const graph = new ConstFst(parts.graph);
  const vocabulary = parts.lm ? new NgramLm(parts.lm).vocabulary : parts.words.length;
  if (vocabulary !== parts.words.length)
    throw new HearkenError('MODEL_FILE', `words.txt has ${parts.words.length} words, the language model ${vocabulary}`);
  const top = graph.olabels.reduce((m, l) => Math.max(m, l), 0);
  if (top >= parts.words.length)
    throw new HearkenError('MODEL_FILE', `the graph writes word ${top} of ${parts.words.length}`);
}
