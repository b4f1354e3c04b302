import type { InferenceSession } from 'onnxruntime-node';
import type { ModelCard } from '../acoustic/index.js';
import {
  BeamDecoder,
  checkEndpointRules,
  type DecoderOptions,
  decoderOptions,
  ENDPOINT_RULES,
  type EndpointRule,
  endpointRule,
  type KeywordSpotter,
  type Lattice,
  nBest,
  type PathLabel,
  PhraseBias,
  type Spotted,
  timedWords,
  wordConfidences,
} from '../decoder/index.js';
import { HearkenError } from '../errors.js';
import { masked } from '../written/index.js';
import { type KeywordOption, spotterOf } from './keywords.js';
import type { NewWord } from './new-words.js';
import { labelledPhrases, type Phrase, type SpelledPhrase, spelledPhrases, type WordClasses } from './phrases.js';
import type { Alternative, KeywordHit, Result, Segment, Word } from './results.js';
import { ScoreStream } from './score-stream.js';
import type { ExtensibleVocabulary, Extension, Vocabulary } from './vocabulary.js';
import { PieceWriter } from './written-pieces.js';

export interface StreamOptions {
  decoder?: Partial<DecoderOptions>;
  /** Also give partial results; default false. */
  partials?: boolean;
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

/** Loaded parts that all streams of a worker share. */
export interface LoadedModel {
  card: ModelCard;
  session: InferenceSession;
  /** Words of the package itself, or of another by its name. @throws OPTION_INVALID */
  vocabulary(name?: string): ExtensibleVocabulary;
}

/** Lattice beam where alternatives are asked for: of words that are all but certain, the others lie far behind. */
const ALTERNATIVES_BEAM = 12;

/** Samples of one stream to results: scores, search and endpoints in a row, all bounded. */
export class RecognizerStream {
  /** What a user should know: phrases that cannot be listened for. */
  readonly warnings: readonly string[];
  #card: ModelCard;
  #vocabulary: Vocabulary;
  #scores: ScoreStream;
  #decoder: BeamDecoder;
  #spotter: KeywordSpotter | undefined;
  #keywords: readonly string[];
  #recognize: boolean;
  #partials: boolean;
  #alternatives: number;
  #writer: PieceWriter | undefined;
  #mask: boolean;
  #endpoints: EndpointRule[];
  #asksRelativeCost: boolean;
  /** Sample at which the frames began to be counted, and output frame from there at which the current segment began. */
  #origin: number;
  #segmentStart = 0;
  #segment = 0;
  #lastPartial = '';
  /** Seconds of an output frame. */
  #frameSeconds: number;

  /** @param start position of the first sample, from which times are counted. @throws OPTION_INVALID */
  static async open(model: LoadedModel, options: StreamOptions = {}, start = 0): Promise<RecognizerStream> {
    const spelled = spelledPhrases(options.phrases ?? [], options.classes);
    const needed = new Set(spelled.flatMap((p) => p.words));
    const vocabulary = model.vocabulary(options.grammar);
    const extension = await vocabulary.with(options.newWords ?? [], needed);
    const keywords = options.keywords ?? [];
    const spotter = keywords.length > 0 ? await spotterOf(keywords, vocabulary) : undefined;
    return new RecognizerStream(model, options, start, spelled, extension, spotter);
  }

  private constructor(
    model: LoadedModel,
    options: StreamOptions,
    start: number,
    spelled: readonly SpelledPhrase[],
    { vocabulary, unpronounced }: Extension,
    spotter: KeywordSpotter | undefined,
  ) {
    this.#spotter = spotter;
    this.#keywords = (options.keywords ?? []).map((k) => k.text);
    this.#recognize = options.recognize ?? true;
    const { card } = model;
    this.#card = card;
    this.#scores = new ScoreStream(model.session, card, start);
    this.#origin = start;
    this.#vocabulary = vocabulary;
    const settings = decoderOptions({ ...vocabulary.decoder, ...options.decoder });
    if ((options.alternatives ?? 0) > 0 && options.decoder?.latticeBeam === undefined)
      settings.latticeBeam = Math.max(settings.latticeBeam, ALTERNATIVES_BEAM);
    const { phrases, unknown } = labelledPhrases(spelled, (word) => vocabulary.label(word));
    this.warnings = [
      ...unpronounced.map((word) => `"${word}" cannot be listened for: no pronunciation, or a closed grammar`),
      ...unknown.map(({ phrase, word }) => `phrase "${phrase}" left out: no word "${word}" in the vocabulary`),
    ];
    const lm = phrases.length > 0 ? new PhraseBias(vocabulary.lm, phrases, settings.lmWeight) : vocabulary.lm;
    this.#decoder = new BeamDecoder(vocabulary.graph, lm, card.acoustic.outputs, settings);
    this.#partials = options.partials ?? false;
    this.#alternatives = options.alternatives ?? 0;
    const numbers = options.written ?? false;
    const punctuation = options.punctuation ?? false;
    if (numbers || punctuation) this.#writer = new PieceWriter({ numbers, punctuation });
    this.#mask = options.profanity === 'mask';
    this.#endpoints = checkEndpointRules(options.endpoint ?? ENDPOINT_RULES);
    this.#asksRelativeCost = this.#endpoints.some((r) => r.maxRelativeCost !== undefined);
    if (!(Number.isInteger(this.#alternatives) && this.#alternatives >= 0 && this.#alternatives <= 100))
      throw new HearkenError(
        'OPTION_INVALID',
        `alternatives ${this.#alternatives} is not a whole number from 0 to 100`,
      );
    if (this.#alternatives > 0 && this.#decoder.options.latticeBeam === 0)
      throw new HearkenError('OPTION_INVALID', 'alternatives need a latticeBeam above 0');
    this.#frameSeconds = card.acoustic.subsampling * 0.01;
  }

  /** @param samples mono, in [-1, 1], at the model's rate */
  async accept(samples: Float32Array): Promise<Result[]> {
    return this.#search(await this.#scores.accept(samples));
  }

  /** No more samples: the last segment, if any words or speech are left in it. */
  finish(): Promise<Result[]> {
    return this.#flush('end');
  }

  /** What has been said so far is a segment, at once; the stream goes on with the next sample. */
  async finalize(): Promise<Result[]> {
    const results = await this.#flush('finalize');
    this.#beginAnew();
    return results;
  }

  /** What has been said since the last segment is dropped; the stream goes on with the next sample. */
  reset(): void {
    this.#decoder.start();
    this.#lastPartial = '';
    this.#beginAnew();
  }

  #beginAnew(): void {
    this.#scores.beginAnew();
    this.#spotter?.start();
    this.#segmentStart = 0;
    this.#origin = this.#scores.samples;
  }

  async #flush(reason: Segment['reason']): Promise<Result[]> {
    const results = this.#search(await this.#scores.finish());
    results.push(...this.#hits(this.#spotter?.finish() ?? []));
    const last = this.#recognize ? this.#finalize(reason) : undefined;
    return last ? [...results, last] : results;
  }

  #search(chunks: Float32Array[]): Result[] {
    const results: Result[] = [];
    const width = this.#scores.width;
    for (const chunk of chunks) {
      if (this.#spotter) results.push(...this.#hits(this.#spotter.advance(chunk)));
      if (!this.#recognize) continue;
      // Endpoints are looked for at fixed frames of the stream, whatever chunks come.
      for (let at = 0; at < chunk.length; at += width) {
        this.#decoder.advance(chunk.subarray(at, at + width));
        if (this.#decoder.frames % 10 === 0) {
          const segment = this.#endpoint();
          if (segment) results.push(segment);
        }
      }
      const partial = this.#partials ? this.#partial() : undefined;
      if (partial) results.push(partial);
    }
    return results;
  }

  #hits(spotted: readonly Spotted[]): KeywordHit[] {
    return spotted.map(({ keyword, begin, end, score }) => ({
      type: 'keyword',
      text: this.#keywords[keyword],
      start: this.#seconds(begin),
      end: this.#seconds(end),
      score: Math.round(score * 1000) / 1000,
    }));
  }

  #endpoint(): Segment | undefined {
    const frames = this.#decoder.frames;
    const words = timedWords(this.#decoder.bestPath(false).labels, frames);
    const last = words.at(-1);
    const silence = last ? (last.complete ? frames - last.end : 0) : frames;
    const heard = {
      utteranceLength: frames * this.#frameSeconds,
      trailingSilence: silence * this.#frameSeconds,
      hasWords: words.length > 0,
      relativeCost: this.#asksRelativeCost ? this.#decoder.relativeCost() : 0,
    };
    const rule = endpointRule(heard, this.#endpoints);
    return rule > 0 ? this.#finalize(`rule${rule}`) : undefined;
  }

  #finalize(reason: Segment['reason']): Segment | undefined {
    const frames = this.#decoder.frames;
    const path = this.#decoder.bestPath(true);
    const timed = timedWords(path.labels, frames);
    const sure = timed.length > 0 && this.#decoder.options.latticeBeam > 0;
    const lattice = sure ? this.#decoder.lattice() : undefined;
    const confidences = lattice ? wordConfidences(timed, lattice) : [];
    const alternatives = lattice && this.#alternatives > 0 ? this.#otherReadings(lattice, path.cost) : undefined;
    const words = timed.map((w, i): Word => {
      const word = this.#word(w.label, w.begin, w.end);
      return sure ? { ...word, confidence: Math.round(confidences[i] * 1000) / 1000 } : word;
    });
    this.#segmentStart += frames;
    this.#decoder.start();
    this.#lastPartial = '';
    if (words.length === 0) return undefined;
    return {
      type: 'final',
      index: this.#segment++,
      text: words.map((w) => w.text).join(' '),
      words,
      start: words[0].start,
      end: words[words.length - 1].end,
      reason,
      ...(alternatives && { alternatives }),
      ...(this.#writer && { written: this.#writer.write(words) }),
      complete: path.reachedFinal,
    };
  }

  /** The best path of the lattice is the segment itself. */
  #otherReadings(lattice: Lattice, bestCost: number): Alternative[] {
    return nBest(lattice, this.#alternatives + 1)
      .slice(1)
      .map(({ labels, cost }) => ({
        text: this.#text(labels),
        cost: Math.round((cost - bestCost) * 1000) / 1000,
      }));
  }

  #text(labels: readonly PathLabel[]): string {
    return timedWords(labels, 0)
      .map((w) => this.#written(w.label))
      .join(' ');
  }

  #written(label: number): string {
    const word = this.#vocabulary.words[label];
    return this.#mask ? masked(word) : word;
  }

  #word(label: number, begin: number, end: number): Word {
    const [start, stop] = [begin, end].map((frame) => this.#seconds(this.#segmentStart + frame));
    return { text: this.#written(label), start, end: stop };
  }

  /** Time of an output frame, counted from where the frames began to be. */
  #seconds(frame: number): number {
    const rate = this.#card.features.sampleRate;
    // Output frames begin on exact samples; the last may reach past the end of the audio.
    const sample = this.#origin + Math.round(frame * this.#frameSeconds * rate);
    return Math.min(sample, this.#scores.samples) / rate;
  }

  #partial(): Result | undefined {
    const path = this.#decoder.bestPath(false);
    const stable = this.#text(path.labels.slice(0, this.#decoder.stableLabels()));
    const unstable = this.#text(path.labels).slice(stable.length).trim();
    const key = `${stable}|${unstable}`;
    if (key === this.#lastPartial || (stable === '' && unstable === '')) return undefined;
    this.#lastPartial = key;
    return { type: 'partial', index: this.#segment, stable, unstable };
  }
}
