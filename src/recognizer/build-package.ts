import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { writeSections } from '../binary/sections.js';
import { buildSearchGraph, type ContextTable, type LexiconEntry } from '../graph/index.js';
import { inputText } from '../input-file.js';
import type { Lexicon } from '../lexicon/index.js';
import { PHONES } from '../lexicon/index.js';
import {
  type BackoffModel,
  isArpa,
  modelOfArpa,
  NgramLm,
  rankWords,
  readTexts,
  SPECIAL_WORDS,
  type TextFiles,
  trainMixture,
  vocabularyOf,
} from '../lm/index.js';

export interface BuildOptions extends TextFiles, LanguageOptions {
  vocabularySize: number;
  order: number;
  /** Entropy pruning thresholds by order from 2 up. */
  thresholds: number[];
}

export interface BuildReport {
  words: number;
  sentences: number;
  excluded: number;
  /** How much each text counts, where there are several and sentences to tune on. */
  weights?: number[];
  vocabulary: number;
  /** Frequent words left out for want of a pronunciation, most frequent first. */
  unpronounced: [string, number][];
  ngrams: number[];
  graphStates: number;
  graphArcs: number;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** The words most frequent in the text that can be pronounced, at most `size`, and those passed over on the way. */
function chooseVocabulary(
  frequencies: [string, number][],
  lexicon: Lexicon,
  size: number,
): { words: string[]; unpronounced: [string, number][] } {
  const words: string[] = [];
  const unpronounced: [string, number][] = [];
  for (const [word, count] of frequencies) {
    if (words.length === size) break;
    if (lexicon.pronounce(word).length > 0) words.push(word);
    else unpronounced.push([word, count]);
  }
  return { words: words.sort(), unpronounced };
}

/** words.txt of a package: the special words, then its own, a line each. */
export function writeVocabulary(directory: string, words: readonly string[]): void {
  writeFileSync(resolve(directory, 'words.txt'), `${vocabularyOf(words).join('\n')}\n`);
}

interface LanguagePart {
  model: BackoffModel;
  words: string[];
  unpronounced: [string, number][];
  report: Pick<BuildReport, 'words' | 'sentences' | 'excluded' | 'weights'>;
}

async function estimated(options: BuildOptions): Promise<LanguagePart> {
  const { sources, heldOut } = await readTexts(options, options.onStep);
  const { words, unpronounced } = chooseVocabulary(
    rankWords(sources, heldOut),
    options.lexicon,
    options.vocabularySize,
  );
  const { order, thresholds, onStep } = options;
  const { model, weights } = trainMixture(sources, words, order, thresholds, heldOut, onStep);
  const report = {
    words: sum(sources.map((t) => t.words)),
    sentences: sum(sources.map((t) => t.sentences)),
    excluded: sum(sources.map((t) => t.excluded)),
    ...(sources.length > 1 && { weights: weights.map((w) => Math.round(w * 1000) / 1000) }),
  };
  return { model, words, unpronounced, report };
}

/** A model that was estimated elsewhere. Its words without a pronunciation are left out. */
function fromArpa(path: string, { lexicon, onStep }: BuildOptions): LanguagePart {
  onStep(`reading ${path}`);
  const unpronounced = new Map<string, number>();
  const pronounced = new Map<string, boolean>();
  const keep = (word: string): boolean => {
    let known = pronounced.get(word);
    if (known === undefined) pronounced.set(word, (known = lexicon.pronounce(word).length > 0));
    if (!known) unpronounced.set(word, (unpronounced.get(word) ?? 0) + 1);
    return known;
  };
  const { model, words } = modelOfArpa(inputText(path).split('\n'), { keep });
  const report = { words: 0, sentences: 0, excluded: 0 };
  return { model, words: words.slice(SPECIAL_WORDS.length), unpronounced: [...unpronounced], report };
}

/**
 * Make the language part of a model package: words.txt, lm.bin and graph.bin under `out`. One text whose name ends in .arpa
 * is taken as the language model itself.
 */
export async function buildPackage(options: BuildOptions): Promise<BuildReport> {
  const { texts } = options;
  const arpa = texts.length === 1 && isArpa(texts[0]);
  const { model, words, unpronounced, report } = arpa ? fromArpa(texts[0], options) : await estimated(options);
  return { ...report, unpronounced, ...writeLanguage(model, words, options) };
}

export interface LanguageOptions {
  lexicon: Lexicon;
  context: ContextTable;
  out: string;
  silenceProbability: number;
  onStep: (step: string) => void;
}

/** Write words.txt, lm.bin and the graph over them. @param words those of the model but the special ones */
export function writeLanguage(
  model: BackoffModel,
  words: readonly string[],
  { lexicon, context, out, silenceProbability, onStep }: LanguageOptions,
): Pick<BuildReport, 'vocabulary' | 'ngrams' | 'graphStates' | 'graphArcs'> {
  const lm = NgramLm.fromBackoff(model);
  const entries = words.flatMap((word, i): LexiconEntry[] => {
    const cost = lm.unigramCost(SPECIAL_WORDS.length + i);
    return lexicon
      .pronounce(word)
      .map((phones) => ({ word: SPECIAL_WORDS.length + i, phones, cost: cost + lexicon.costOf(word, phones) }));
  });
  const graph = buildSearchGraph(entries, PHONES, context, { silenceProbability, onStep });
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
