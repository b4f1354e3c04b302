/** N-gram language models: text to counts, Kneser-Ney estimation, pruning, and a compact model for queries. */
export { type ArpaNgram, readArpa, writeArpa } from './arpa.js';
export { modelOfArpa } from './arpa-model.js';
export { isArpa } from './arpa-source.js';
export { type BackoffModel, kneserNey, probability } from './kneser-ney.js';
export { mixModels, mixtureWeights } from './mix.js';
export { BEGIN, countNgrams, END, MAX_VOCABULARY, type NgramTable, SPECIAL_WORDS, UNKNOWN } from './ngram-counts.js';
export { type LanguageModel, NgramLm } from './ngram-lm.js';
export { numberWords, sentences } from './normalize.js';
export { type Perplexity, perplexityOf } from './perplexity.js';
export { entropyPrune } from './prune.js';
export { linesOf, readText, readTexts, sentenceSet, sentencesOf, type TextFiles } from './read-texts.js';
export { type RecurrentHistories, RecurrentLm, type RecurrentState, type RecurrentStep } from './recurrent-lm.js';
export { TextStore } from './text-store.js';
export { rankWords, trainLm, trainMixture, vocabularyOf, weightsOn } from './train.js';
export { unpackLm } from './unpack.js';
