/** Output labels of search graphs that are no words: they mark where a word begins and ends, for word times. */
export const WORD_BEGIN = 1;
/** Marks where a word ends. */
export const WORD_END = 2;
/** What a grammar reads where it backs off to a shorter history (Kaldi's #0). No word has this label, and no graph writes it. */
export const BACK_OFF = 3;
/** The first label that is a word. */
export const FIRST_WORD = 4;
