import type { DecoderOptions, EndpointRule } from '../decoder/index.js';
import type { KeywordOption } from './keywords.js';
import type { NewWord } from './new-words.js';
import type { Phrase, WordClasses } from './phrases.js';

/** What is asked of one stream. */
export interface StreamOptions {
  decoder?: Partial<DecoderOptions>;
  /** Also give partial results; default false. */
  partials?: boolean;
  /**
   * Rescore each segment, when it is whole, with the package's recurrent language model: fewer errors; default true. Partial results
   * are those of the first pass: a final that changes words which were called stable says so by `corrected`.
   */
  rescore?: boolean;
  /** Recognise each segment again with the package's second acoustic model, where it has one: far fewer errors; default true. */
  secondPass?: boolean;
  /** Other readings to give with each segment, 0 to 100; default 0. Needs a lattice. */
  alternatives?: number;
  /** Also give segments as people write them: numbers, dates, money in figures; default false. English. */
  written?: boolean;
  /** Segments also have `written` with sentence ends, commas, question marks and capitals; default false. English. */
  punctuation?: boolean;
  /** `mask`: profane English words are their first letter and asterisks; default `keep`. */
  profanity?: 'keep' | 'mask';
  /** When an utterance ends; default ENDPOINT_RULES of `hearken/decoder`. None: at 120 s only. */
  endpoint?: readonly EndpointRule[];
  /** Phrases to listen for: names, products, commands. Words that the vocabulary lacks are added to it. */
  phrases?: readonly Phrase[];
  /** What `$name` stands for in phrases. */
  classes?: WordClasses;
  /** Words that the vocabulary lacks, or pronunciations of words it has. */
  newWords?: readonly NewWord[];
  /** Words and phrases to be told of, found by their sound alone. */
  keywords?: readonly KeywordOption[];
  /** False: only keywords are listened for, which is several times as fast; default true. */
  recognize?: boolean;
  /** Name of another grammar or language model that the engine has loaded. */
  grammar?: string;
}
