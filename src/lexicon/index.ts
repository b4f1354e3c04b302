/** Pronunciations of words. */
export { Lexicon, type Pronunciation } from './lexicon.js';
export { PHONES, SILENCE } from './phones.js';
