/** N-gram language models: text to counts, Kneser-Ney estimation, pruning, and a compact model for queries. */
export { type BackoffModel, kneserNey, perplexity, probability } from './kneser-ney.js';
export { BEGIN, countNgrams, END, MAX_VOCABULARY, type NgramTable, SPECIAL_WORDS, UNKNOWN } from './ngram-counts.js';
export { type LanguageModel, NgramLm } from './ngram-lm.js';
export { numberWords, sentences } from './normalize.js';
export { entropyPrune } from './prune.js';
export { TextStore, trainLm, vocabularyOf } from './train.js';
