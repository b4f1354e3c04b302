import { HearkenError } from '../errors.js';
import { mixModels, NgramLm, readText, SPECIAL_WORDS, sentencesOf, trainLm, unpackLm, weightsOn } from '../lm/index.js';
import { readPackage } from './read-package.js';
import { packagePronouncer } from './spelling.js';
import { type LanguageFigures, type LanguageOptions, sealLanguage, writeLanguage } from './write-language.js';

export interface AdaptOptions extends LanguageOptions {
  texts: readonly string[];
  /** Share of the texts in the mixture with the base's model, 0 to 1; default 0.3. */
  weight?: number;
  /** Files of sentences like those to be recognised; with them the weight is found. */
  tune?: readonly string[];
}

export interface AdaptReport extends LanguageFigures {
  words: number;
  sentences: number;
  weight: number;
  added: number;
  /** Words left out for want of a pronunciation. */
  unpronounced: string[];
}

/**
 * Writes a package whose language model is the base's mixed with one of the user's texts, whose words join the vocabulary.
 * @throws MODEL_*, INPUT_NOT_FOUND, LM_FORMAT where there is nothing to learn from
 */
export async function adaptLanguage(given: AdaptOptions): Promise<AdaptReport> {
  const options = { ...given, lexicon: packagePronouncer(given.base, given.lexicon) };
  const { lexicon, tune = [], onStep = () => undefined } = options;
  onStep(`reading ${options.base}`);
  const parts = readPackage(options.base);
  if (!parts.lm)
    throw new HearkenError(
      'MODEL_CARD',
      `${options.base} holds a whole grammar: only a model for dictation can be adapted`,
    );
  const base = new NgramLm(parts.lm);
  const store = await readText(options.texts, onStep);
  if (store.words === 0) throw new HearkenError('LM_FORMAT', 'the texts hold no words');
  const known = new Set(parts.words);
  const added: string[] = [];
  const unpronounced: string[] = [];
  for (const [word] of store.frequencies())
    if (!known.has(word)) (lexicon.pronounce(word).length > 0 ? added : unpronounced).push(word);
  const words = [...parts.words.slice(SPECIAL_WORDS.length), ...added.sort()];
  const own = trainLm(store, words, base.order, [], onStep);
  const models = [unpackLm(base, SPECIAL_WORDS.length + words.length), own];
  let { weight = 0.3 } = options;
  if (tune.length > 0) {
    const held = await sentencesOf(tune);
    onStep(`weighing on ${held.length} sentences`);
    [, weight] = weightsOn(models, words, held);
  }
  onStep(`mixing, the texts by ${weight.toFixed(3)}`);
  const mixed = mixModels(models, [1 - weight, weight]);
  const facts = {
    words: store.words,
    sentences: store.sentences,
    weight: Math.round(1000 * weight) / 1000,
    added: added.length,
    ...writeLanguage(mixed, words, options),
  };
  sealLanguage(options, facts, true);
  return { ...facts, unpronounced };
}
