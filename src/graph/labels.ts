/** Output labels of search graphs that are no words: they mark where a word begins and ends, for word times. */
export const WORD_BEGIN = 1;
export const WORD_END = 2;
/** The first label that is a word. */
export const FIRST_WORD = 4;
