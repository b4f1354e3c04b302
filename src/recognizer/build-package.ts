import { createReadStream, mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { writeSections } from '../binary/sections.js';
import { buildSearchGraph, type ContextTable, type LexiconEntry } from '../graph/index.js';
import type { Lexicon } from '../lexicon/index.js';
import { PHONES } from '../lexicon/index.js';
import { NgramLm, SPECIAL_WORDS, sentences, TextStore, trainLm, vocabularyOf } from '../lm/index.js';

export interface BuildOptions {
  /** Plain-text files, one or more sentences a line. */
  texts: string[];
  /** Files of sentences that must not be in the training text. */
  exclude: string[];
  lexicon: Lexicon;
  context: ContextTable;
  out: string;
  vocabularySize: number;
  order: number;
  /** Entropy pruning thresholds by order from 2 up. */
  thresholds: number[];
  silenceProbability: number;
  onStep: (step: string) => void;
}

export interface BuildReport {
  words: number;
  sentences: number;
  excluded: number;
  vocabulary: number;
  /** Frequent words left out for want of a pronunciation, most frequent first. */
  unpronounced: [string, number][];
  ngrams: number[];
  graphStates: number;
  graphArcs: number;
}

async function eachLine(path: string, visit: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: createReadStream(path) })) visit(line);
}

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

/** Make the language part of a model package: words.txt, lm.bin and graph.bin under `out`. */
export async function buildPackage(options: BuildOptions): Promise<BuildReport> {
  const { onStep, lexicon } = options;
  const excluded = new Set<string>();
  for (const path of options.exclude)
    await eachLine(path, (line) => {
      for (const s of sentences(line)) excluded.add(s.join(' '));
    });
  const text = new TextStore(excluded);
  for (const path of options.texts) {
    onStep(`reading ${path}`);
    await eachLine(path, (line) => text.addLine(line));
  }
  const { words, unpronounced } = chooseVocabulary(text.frequencies(), lexicon, options.vocabularySize);
  const model = trainLm(text, words, options.order, options.thresholds, onStep);
  const lm = NgramLm.fromBackoff(model);
  const entries = words.flatMap((word, i): LexiconEntry[] => {
    const pronunciations = lexicon.pronounce(word);
    const cost = lm.unigramCost(SPECIAL_WORDS.length + i);
    return pronunciations.map((phones) => ({ word: SPECIAL_WORDS.length + i, phones, cost }));
  });
  const graph = buildSearchGraph(entries, PHONES, options.context, {
    silenceProbability: options.silenceProbability,
    onStep,
  });
  mkdirSync(options.out, { recursive: true });
  writeVocabulary(options.out, words);
  writeFileSync(resolve(options.out, 'lm.bin'), writeSections(lm.toSections()));
  writeFileSync(resolve(options.out, 'graph.bin'), writeSections(graph.toSections()));
  return {
    words: text.words,
    sentences: text.sentences,
    excluded: text.excluded,
    vocabulary: words.length,
    unpronounced,
    ngrams: model.tables.map((t) => t.word.length),
    graphStates: graph.numStates,
    graphArcs: graph.numArcs,
  };
}
