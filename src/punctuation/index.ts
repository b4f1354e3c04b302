/** Punctuation and capitals for recognised words. */
export { type Punctuated, Punctuator } from './punctuator.js';
export { MARKS, type Token, tokensOf } from './tokens.js';
export { evaluate, type PunctuationFigures, PunctuationTrainer, stretches } from './train.js';
