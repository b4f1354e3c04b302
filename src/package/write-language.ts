import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { writeSections } from '../binary/sections.js';
import { buildSearchGraph, type LexiconEntry } from '../graph/index.js';
import { type BackoffModel, NgramLm, SPECIAL_WORDS, vocabularyOf } from '../lm/index.js';
import type { ModelCard } from './card.js';
import { readCard } from './read-card.js';
import type { Pronouncer } from './spelling.js';
import { readTopology } from './topology.js';
import { writePackage } from './write-package.js';

/** What every new language part needs. */
export interface LanguageOptions {
  /** Directory of the package whose acoustic model and card are taken. */
  base: string;
  /** Directory of the new package; may be the base itself. */
  out: string;
  lexicon: Pronouncer;
  /** Probability of silence between two words; default the base's. */
  silenceProbability?: number;
  /** Sources of the text, for the card; default those of the base. */
  text?: ModelCard['text'];
  /** Called with the name of each step as it begins. */
  onStep?: (step: string) => void;
}

export interface LanguageFigures {
  vocabulary: number;
  ngrams: number[];
  graphStates: number;
  graphArcs: number;
}

/** words.txt of a package: the special words, then its own, one per line. */
export function writeVocabulary(directory: string, words: readonly string[]): void {
  writeFileSync(resolve(directory, 'words.txt'), `${vocabularyOf(words).join('\n')}\n`);
}

/** Writes words.txt, lm.bin and graph.bin. @param words those of the model except the special ones */
export function writeLanguage(
  model: BackoffModel,
  words: readonly string[],
  { base, out, lexicon, silenceProbability, onStep }: LanguageOptions,
): LanguageFigures {
  const lm = NgramLm.fromBackoff(model);
  const entries = words.flatMap((word, i): LexiconEntry[] => {
    const cost = lm.unigramCost(SPECIAL_WORDS.length + i);
    return lexicon
      .pronounce(word)
      .map((phones) => ({ word: SPECIAL_WORDS.length + i, phones, cost: cost + lexicon.costOf(word, phones) }));
  });
  const { units, silence } = readCard(base, false).spelling;
  const graph = buildSearchGraph(entries, units, readTopology(base), {
    silenceProbability: silenceProbability ?? silence,
    ...(onStep && { onStep }),
  });
  mkdirSync(out, { recursive: true });
  writeVocabulary(out, words);
  writeFileSync(resolve(out, 'lm.bin'), writeSections(lm.toSections()));
  writeFileSync(resolve(out, 'graph.bin'), writeSections(graph.toSections()));
  return {
    vocabulary: words.length,
    ngrams: model.tables.map((t) => t.word.length),
    graphStates: graph.numStates,
    graphArcs: graph.numArcs,
  };
}

/** Adds the acoustic model and the card to a directory that writeLanguage() has filled. */
export function sealLanguage({ base, out, text = [] }: LanguageOptions, facts: object, recurrent?: boolean): void {
  writePackage({
    ...{ base, out, text },
    facts: { ...facts },
    files: ['words.txt', 'lm.bin', 'graph.bin'],
    graph: 'lookahead',
    ...(recurrent !== undefined && { recurrent }),
  });
}
