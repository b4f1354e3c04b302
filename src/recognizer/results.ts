/** A recognised word; times in seconds from the start of the stream. */
export interface Word {
  text: string;
  start: number;
  end: number;
  /** Posterior probability, 0 to 1, of this word here; absent where `decoder.latticeBeam` is 0. */
  confidence?: number;
}

/** A piece of text as people write it, and when it was said: "twenty five" is the piece "25". */
export interface WrittenPiece {
  text: string;
  start: number;
  end: number;
}

/** What else a segment may have been. */
export interface Alternative {
  text: string;
  /**
   * Cost (−ln) above the given words; 0 is as likely. Below 0: likelier as a whole than the words of a rescored segment,
   * which are chosen for the fewest errors to expect.
   */
  cost: number;
}

/** A stretch of speech that has been decided: it never changes again. Without words only where finalize() asked and nothing was said. */
export interface Segment {
  type: 'final';
  /** 0-based. */
  index: number;
  text: string;
  /** Present where partial results called words stable that a later pass has changed. */
  corrected?: true;
  words: Word[];
  start: number;
  end: number;
  /** What ended it: the number of the endpoint rule, a call of finalize(), or the end of the stream. */
  reason: `rule${number}` | 'finalize' | 'end';
  /** The words as people write them, where `written` was asked for. */
  written?: WrittenPiece[];
  /** Other ways to hear it, likeliest first, as many as `alternatives` asked for and the lattice holds. */
  alternatives?: Alternative[];
  /** False where no path reached the end of a sentence: the best unfinished one is given. */
  complete: boolean;
}

/** What has been heard of the current segment. `stable` never changes; `unstable` may. */
export interface PartialResult {
  type: 'partial';
  /** Index of the segment it belongs to. */
  index: number;
  stable: string;
  unstable: string;
}

/** A keyword that was heard; it may lie in any segment, or across two. */
export interface KeywordHit {
  type: 'keyword';
  text: string;
  start: number;
  end: number;
  /** Nats a phone below the phones that fit best, 0 at most. */
  score: number;
}

export type Result = Segment | PartialResult | KeywordHit;
