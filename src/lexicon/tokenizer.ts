import { bestSegmentation, longestOf, mergePairs, type PieceIds } from './segment.js';

/** The character that stands for a space, and so begins a word. */
export const WORD_MARK = '▁';

/** Words to pieces as the network's training had them. */
export interface Tokenizer {
  /** Names of the pieces; a piece's number is its place. */
  readonly units: readonly string[];
  /** Piece numbers of a word; undefined where the pieces cannot write it. */
  encode(word: string): readonly number[] | undefined;
}

export interface PieceModel {
  units: readonly string[];
  /** Pieces that text may be written in: not those of control, unknowns and bytes. */
  pieces: PieceIds;
  /** Piece of each byte, where characters without a piece are written in bytes. */
  bytes?: readonly number[] | undefined;
  /** What is done to a text before it is cut. */
  normalize(text: string): string;
  /** Whether the word mark stands before the first word. */
  prefix: boolean;
}

const utf8 = new TextEncoder();

/** Text as characters, spaces as word marks, and the bytes of characters that have no piece. */
class Cutter {
  readonly longest: number;
  #model: PieceModel;

  constructor(model: PieceModel) {
    this.#model = model;
    this.longest = longestOf(model.pieces);
  }

  characters(word: string): string[] {
    const text = this.#model.normalize(word).trim().replace(/\s+/g, WORD_MARK);
    return text === '' ? [] : Array.from(this.#model.prefix ? WORD_MARK + text : text);
  }

  /** Numbers of the pieces, characters without one in bytes; undefined where they have none. */
  numbers(pieces: readonly (number | string)[]): number[] | undefined {
    const out: number[] = [];
    for (const piece of pieces) {
      if (typeof piece === 'number') out.push(piece);
      else if (!this.#model.bytes) return undefined;
      else for (const byte of utf8.encode(piece)) out.push(this.#model.bytes[byte]);
    }
    return out;
  }
}

/** Score that SentencePiece gives characters without a piece: so far below the least. */
const UNKNOWN_PENALTY = 10;

/** A unigram language model over pieces (Kudo 2018), as SentencePiece applies it. */
export class UnigramTokenizer implements Tokenizer {
  readonly units: readonly string[];
  #pieces: PieceIds;
  #cutter: Cutter;
  #scores: Float32Array;
  #userDefined: ReadonlySet<number>;
  #most: number;
  #unknown: number;

  /** @param scores log-probabilities by piece @param userDefined pieces that are never cut */
  constructor(model: PieceModel, scores: Float32Array, userDefined: ReadonlySet<number> = new Set()) {
    this.units = model.units;
    this.#pieces = model.pieces;
    this.#cutter = new Cutter(model);
    this.#scores = scores;
    this.#userDefined = userDefined;
    let most = Number.NEGATIVE_INFINITY;
    let least = Number.POSITIVE_INFINITY;
    for (const piece of model.pieces.values()) {
      if (userDefined.has(piece)) continue;
      most = Math.max(most, scores[piece]);
      least = Math.min(least, scores[piece]);
    }
    this.#most = most;
    this.#unknown = least - UNKNOWN_PENALTY;
  }

  encode(word: string): readonly number[] | undefined {
    const characters = this.#cutter.characters(word);
    const score = (piece: number, text: string): number =>
      this.#userDefined.has(piece) ? utf8.encode(text).length * this.#most - 0.1 : this.#scores[piece];
    const best = bestSegmentation(characters, this.#pieces, this.#cutter.longest, score, this.#unknown);
    // Only pieces of one character are missing, so positions follow from the lengths of the others.
    let at = 0;
    const pieces = best.map((piece) => {
      const from = at;
      at += piece === undefined ? 1 : Array.from(this.units[piece]).length;
      return piece ?? characters[from];
    });
    return this.#cutter.numbers(pieces);
  }
}

/** Byte-pair encoding by merge ranks. */
export class BpeTokenizer implements Tokenizer {
  readonly units: readonly string[];
  #pieces: PieceIds;
  #cutter: Cutter;
  #rank: (left: string, right: string) => number | undefined;

  /** @param rank of two neighbours, the least merges first; undefined where they do not merge */
  constructor(model: PieceModel, rank: (left: string, right: string) => number | undefined) {
    this.units = model.units;
    this.#pieces = model.pieces;
    this.#cutter = new Cutter(model);
    this.#rank = rank;
  }

  encode(word: string): readonly number[] | undefined {
    const merged = mergePairs(this.#cutter.characters(word), this.#rank);
    return this.#cutter.numbers(merged.map((piece) => this.#pieces.get(piece) ?? piece));
  }
}

/** Each word, or each character, is a piece of its own. */
export class TableTokenizer implements Tokenizer {
  readonly units: readonly string[];
  #pieces: PieceIds;
  #cutter: Cutter;
  #by: 'word' | 'character';

  constructor(model: PieceModel, by: 'word' | 'character') {
    this.units = model.units;
    this.#pieces = model.pieces;
    this.#cutter = new Cutter(model);
    this.#by = by;
  }

  encode(word: string): readonly number[] | undefined {
    const characters = this.#cutter.characters(word);
    const parts = this.#by === 'word' ? [characters.join('')] : characters;
    return this.#cutter.numbers(parts.map((part) => this.#pieces.get(part) ?? part));
  }
}
