import { AddedWordsLm, NO_LM, type RescoringLm } from '../decoder/index.js';
import { HearkenError } from '../errors.js';
import { ConstFst } from '../fst/index.js';
import {
  extendGraph,
  FIRST_WORD,
  type LexiconEntry,
  type Topology,
  type WordSlots,
  wordSlots,
} from '../graph/index.js';
import type { Lexicon, Pronunciation } from '../lexicon/index.js';
import { NgramLm } from '../lm/index.js';
import { type ModelCard, type Pronouncer, pronouncerOf, topologyOf, type WordsParts } from '../package/index.js';
import type { OpenNetwork } from '../runtime/index.js';
import { inTurns } from '../turns.js';
import { countNewWords, type NewWord, phonesOf } from './new-words.js';
import { wordsOf } from './phrases.js';
import { openRecurrent, type Recurrent } from './recurrent.js';
import { Slots } from './slots.js';

/** Of models that spell words. */
const NO_DICTIONARY: Pronouncer = { pronounce: () => [], costOf: () => 0 };

/** Sets of added words whose graphs are kept: streams of one application bring the same ones. */
const KEPT = 4;
/** Words whose pronunciation is guessed in one turn, half a millisecond each. */
const TURN = 8;

/** What a stream is searched with. */
export interface Vocabulary {
  words: readonly string[];
  /** Undefined for words it lacks. */
  label(word: string): number | undefined;
  graph: ConstFst;
  lm: RescoringLm;
  decoder: ModelCard['decoder'];
  /** Confidences of posteriors 0 and 1. */
  confidence: { least: number; most: number };
  /** The same where the words are a second pass's. */
  secondPassConfidence: { least: number; most: number };
  /** Finals are rescored with it. */
  recurrent: Recurrent | undefined;
}

/** A vocabulary with words added, and those that could not be. */
export interface Extension {
  vocabulary: Vocabulary;
  unpronounced: string[];
}

/** A vocabulary of a package, and what streams add to it. Dictionary, labels and word boundaries are found when first needed. */
export class ExtensibleVocabulary {
  #parts: WordsParts;
  /** Without what was added. */
  readonly plain: Vocabulary;
  #labels: ReadonlyMap<string, number> | undefined;
  #topology: Topology | undefined;
  #pronouncer: Pronouncer | undefined;
  #slots: WordSlots | undefined;
  #rarest = 0;
  #extensions = new Map<string, Extension>();
  #building = new Slots(1);
  #lexicon: () => Promise<Lexicon>;

  /** @throws MODEL_FILE */
  static async open(
    parts: WordsParts,
    lexicon: () => Promise<Lexicon>,
    openNetwork: OpenNetwork,
  ): Promise<ExtensibleVocabulary> {
    if (!parts.lm) return new ExtensibleVocabulary(parts, lexicon, NO_LM, undefined);
    const lm = new NgramLm(parts.lm);
    return new ExtensibleVocabulary(parts, lexicon, lm, await openRecurrent(parts, lm, openNetwork));
  }

  private constructor(
    parts: WordsParts,
    lexicon: () => Promise<Lexicon>,
    lm: RescoringLm,
    recurrent: Recurrent | undefined,
  ) {
    this.#parts = parts;
    this.#lexicon = lexicon;
    const { confidence = { least: 0, most: 1 } } = parts.card;
    this.plain = {
      words: parts.words,
      label: (word) => (this.#labels ??= new Map(parts.words.map((w, label) => [w, label]))).get(word),
      graph: new ConstFst(parts.graph),
      lm,
      decoder: parts.card.decoder,
      confidence,
      secondPassConfidence: parts.card.secondPass?.confidence ?? confidence,
      recurrent,
    };
  }

  /** Names of the phones, silence first. */
  get phones(): readonly string[] {
    return this.#parts.card.spelling.units;
  }

  /** What the columns of the scores mean. */
  get topology(): Topology {
    return (this.#topology ??= topologyOf(this.#parts.card, this.#parts.contexts));
  }

  /** Whether a unit stands for what is between two words. */
  get hasSilence(): boolean {
    return this.#parts.card.spelling.silence > 0;
  }

  /** Pronunciations of each word, by dictionary and letters; spellings where the units are letters or pieces. */
  async pronounce(words: readonly string[]): Promise<(readonly Pronunciation[])[]> {
    const { card, tokenizer } = this.#parts;
    const own = card.spelling.kind === 'phones' ? await this.#lexicon() : NO_DICTIONARY;
    const pronouncer = (this.#pronouncer ??= pronouncerOf(card.spelling, tokenizer, own));
    return inTurns(words, TURN, (word) => pronouncer.pronounce(word));
  }

  /** With new words, and those of `needed` that it lacks. @throws OPTION_INVALID for a word like an unknown one */
  async with(news: readonly NewWord[], needed: Iterable<string>): Promise<Extension> {
    const { plain } = this;
    const added = new Map<string, NewWord>();
    for (const word of news) added.set(wordsOf(word.text)[0], word);
    for (const text of needed) if (plain.label(text) === undefined && !added.has(text)) added.set(text, { text });
    if (added.size === 0) return { vocabulary: plain, unpronounced: [] };
    // A graph that holds its whole grammar has no place for other words.
    if (!this.#parts.lm)
      return { vocabulary: plain, unpronounced: [...added.keys()].filter((w) => plain.label(w) === undefined) };
    countNewWords(added.size);
    const key = JSON.stringify([...added].sort(([a], [b]) => (a < b ? -1 : 1)));
    return this.#building.run(() => this.#built(key, added));
  }

  /** One at a time: the streams that are recognised meanwhile share the thread with one long list, and not with all. */
  async #built(key: string, added: ReadonlyMap<string, NewWord>): Promise<Extension> {
    const { plain } = this;
    let extension = this.#extensions.get(key);
    this.#extensions.delete(key);
    if (!extension) {
      const guessed = [...added]
        .filter(([text, w]) => !w.pronunciations && plain.label(text) === undefined)
        .map(([text]) => text);
      const guesses = guessed.length > 0 ? await this.pronounce(guessed) : [];
      extension = this.#extend(plain, added, new Map(guessed.map((text, i) => [text, guesses[i]])));
    }
    this.#extensions.set(key, extension);
    for (const old of this.#extensions.keys()) {
      if (this.#extensions.size <= KEPT) break;
      this.#extensions.delete(old);
    }
    return extension;
  }

  #extend(
    plain: Vocabulary,
    added: ReadonlyMap<string, NewWord>,
    guesses: ReadonlyMap<string, readonly Pronunciation[]>,
  ): Extension {
    const { topology } = this;
    const slots = (this.#slots ??= wordSlots(plain.graph, topology));
    this.#rarest ||= rarestCost(plain);
    const first = plain.words.length;
    const labels = new Map<string, number>();
    const words = [...plain.words];
    const like: (number | undefined)[] = [];
    const pronounced: { label: number; phones: Pronunciation }[] = [];
    const unpronounced: string[] = [];
    for (const [text, word] of added) {
      const known = plain.label(text);
      const given = word.pronunciations?.map(phonesOf);
      if (given && this.#parts.card.spelling.kind !== 'phones')
        throw new HearkenError('OPTION_INVALID', `new word "${text}": the model spells words, it has no phones`);
      const pronunciations = given ?? guesses.get(text) ?? [];
      if (pronunciations.length === 0 && known === undefined) {
        unpronounced.push(text);
        continue;
      }
      const model = word.like === undefined ? undefined : plain.label(wordsOf(word.like)[0]);
      if (word.like !== undefined && model === undefined)
        throw new HearkenError(
          'OPTION_INVALID',
          `new word "${text}" is like "${word.like}", which the vocabulary lacks`,
        );
      // A word it has already gains the pronunciations.
      const label = known ?? words.push(text) - 1;
      if (known === undefined) {
        labels.set(text, label);
        like[label - first] = model;
      }
      for (const phones of pronunciations) pronounced.push({ label, phones });
    }
    const lm = new AddedWordsLm(plain.lm, first, like, this.#rarest);
    const entries = pronounced.map(
      ({ label, phones }): LexiconEntry => ({ word: label, phones, cost: lm.unigramCost(label) }),
    );
    const graph = extendGraph(plain.graph, slots, topology, this.phones, entries);
    return {
      vocabulary: { ...plain, words, label: (w) => labels.get(w) ?? plain.label(w), graph, lm },
      unpronounced,
    };
  }
}

function rarestCost({ words, lm }: Vocabulary): number {
  let most = 0;
  for (let label = FIRST_WORD; label < words.length; label++) most = Math.max(most, lm.unigramCost(label));
  return most;
}
