import { inputText } from '../input-file.js';
import {
  type BackoffModel,
  isArpa,
  modelOfArpa,
  rankWords,
  readTexts,
  SPECIAL_WORDS,
  type TextFiles,
  trainMixture,
} from '../lm/index.js';
import { type Pronouncer, packagePronouncer } from './spelling.js';
import { type LanguageFigures, type LanguageOptions, sealLanguage, writeLanguage } from './write-language.js';

export interface BuildOptions extends TextFiles, LanguageOptions {
  /** Most words of the vocabulary; default 65,000. */
  vocabularySize?: number;
  /** Order of the n-gram model; default 3. */
  order?: number;
  /** Entropy pruning thresholds by order from 2 up; default 1e-7 each. */
  thresholds?: number[];
}

export interface BuildReport extends LanguageFigures {
  words: number;
  sentences: number;
  excluded: number;
  /** How much each text counts, where there are several and sentences to tune on. */
  weights?: number[];
  /** Frequent words left out for want of a pronunciation, most frequent first. */
  unpronounced: [string, number][];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** The words most frequent in the text that can be pronounced, at most `size`, and those passed over on the way. */
function chooseVocabulary(
  frequencies: [string, number][],
  lexicon: Pronouncer,
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

interface LanguagePart {
  model: BackoffModel;
  words: string[];
  unpronounced: [string, number][];
  report: Pick<BuildReport, 'words' | 'sentences' | 'excluded' | 'weights'>;
}

async function estimated(options: BuildOptions): Promise<LanguagePart> {
  const { sources, heldOut } = await readTexts(options, options.onStep ?? (() => undefined));
  const { words, unpronounced } = chooseVocabulary(
    rankWords(sources, heldOut),
    options.lexicon,
    options.vocabularySize ?? 65_000,
  );
  const { order = 3, onStep = () => undefined } = options;
  const thresholds = options.thresholds ?? Array.from({ length: order - 1 }, () => 1e-7);
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
function fromArpa(path: string, { lexicon, onStep = () => undefined }: BuildOptions): LanguagePart {
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
 * Writes a model package with a language model estimated from texts, for the acoustic model of a base package. One text whose
 * name ends in .arpa is taken as the language model itself. @throws MODEL_*, INPUT_NOT_FOUND, LM_FORMAT
 */
export async function buildLanguage(given: BuildOptions): Promise<BuildReport> {
  const options = { ...given, lexicon: packagePronouncer(given.base, given.lexicon) };
  const { texts } = options;
  const arpa = texts.length === 1 && isArpa(texts[0]);
  const { model, words, unpronounced, report } = arpa ? fromArpa(texts[0], options) : await estimated(options);
  const facts = { ...report, ...writeLanguage(model, words, options) };
  sealLanguage(options, facts);
  return { ...facts, unpronounced };
}
