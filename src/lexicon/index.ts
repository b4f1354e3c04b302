/** Pronunciations of words. */
export { cmudict } from './cmudict.js';
export { G2p, type G2pFigures, type G2pTraining, type Guess } from './g2p.js';
export type { Graphone, SpelledWord } from './letter-alignment.js';
export { Lexicon, type Lookup, type Pronunciation } from './lexicon.js';
export { PHONES, SILENCE } from './phones.js';
export { PieceSpelling, TokenizedSpelling } from './piece-spelling.js';
export { sentencePieceTokenizer } from './sentencepiece.js';
export { CharacterSpelling, type Spelling } from './spelling.js';
export { ADDITIONS, standardLexicon } from './standard.js';
export type { Tokenizer } from './tokenizer.js';
export { tokenizerOfJson } from './tokenizer-json.js';
export { blankByName, parseJson, readTokens, readVocabulary } from './tokens.js';
