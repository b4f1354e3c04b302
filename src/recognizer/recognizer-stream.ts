import type { AcousticModel, ScoreStream } from '../acoustic/index.js';
import type { KeywordSpotter, Spotted } from '../decoder/index.js';
import { checkKeywords, spotterOf } from './keywords.js';
import { checkNewWords } from './new-words.js';
import { checkPhrases, spelledPhrases } from './phrases.js';
import type { KeywordHit, Result, Segment } from './results.js';
import { SegmentAudio } from './segment-audio.js';
import { SegmentCutter } from './segment-cutter.js';
import type { StreamOptions } from './stream-options.js';
import { type ScoreClock, type SecondPassSetup, Transcriber } from './transcriber.js';
import type { ExtensibleVocabulary } from './vocabulary.js';

/** Loaded parts that all streams of a worker share. */
export interface LoadedModel {
  acoustic: AcousticModel;
  /** Recognises whole segments again; finals are its words. */
  secondPass?: Omit<SecondPassSetup, 'audio'>;
  /** Words of the package itself, or of another by its name. @throws OPTION_INVALID */
  vocabulary(name?: string): ExtensibleVocabulary;
}

/** Samples of one stream to results: scores, and what is heard in them, words or keywords or both; all bounded. */
export class RecognizerStream {
  #scores: ScoreStream;
  #clock: ScoreClock;
  #transcriber: Transcriber | undefined;
  /** Samples of the current segment, for the second pass. */
  #audio: SegmentAudio | undefined;
  #spotter: KeywordSpotter | undefined;
  #keywords: readonly string[];
  /** Of models that take whole segments. */
  #cutter: SegmentCutter | undefined;
  /** Sample at which the frames began to be counted. */
  #origin: number;

  /** @param start position of the first sample, from which times are counted. @throws OPTION_INVALID */
  static async open(model: LoadedModel, options: StreamOptions = {}, start = 0): Promise<RecognizerStream> {
    const vocabulary = model.vocabulary(options.grammar);
    checkPhrases(options.phrases, options.classes);
    checkNewWords(options.newWords);
    checkKeywords(options.keywords);
    const stream = new RecognizerStream(model, options, start);
    if (options.recognize ?? true) {
      const spelled = spelledPhrases(options.phrases ?? [], options.classes);
      const needed = new Set(spelled.flatMap((p) => p.words));
      const extension = await vocabulary.with(options.newWords ?? [], needed);
      let second: SecondPassSetup | undefined;
      if (model.secondPass && (options.secondPass ?? true)) {
        stream.#audio = new SegmentAudio(start);
        second = { ...model.secondPass, audio: stream.#audio };
      }
      // Segments that are whole before they are searched are not cut again.
      const ends = stream.#cutter ? { endpoint: [] } : {};
      stream.#transcriber = new Transcriber(stream.#clock, extension, spelled, { ...options, ...ends }, second);
    }
    const keywords = options.keywords ?? [];
    if (keywords.length > 0) stream.#spotter = await spotterOf(keywords, vocabulary);
    return stream;
  }

  private constructor({ acoustic }: LoadedModel, options: StreamOptions, start: number) {
    this.#keywords = (options.keywords ?? []).map((k) => k.text);
    this.#scores = acoustic.open(start);
    this.#origin = start;
    const { frameSeconds, sampleRate: rate } = acoustic;
    if (!acoustic.streaming) this.#cutter = new SegmentCutter(rate, acoustic.maxSeconds, options.endpoint);
    this.#clock = {
      columns: acoustic.columns,
      frameSeconds,
      sampleOf: (frame) => this.#origin + Math.round(frame * frameSeconds * rate),
      // Output frames begin on exact samples; the last may reach past the end of the audio.
      secondsOf: (frame) =>
        Math.min(this.#origin + Math.round(frame * frameSeconds * rate), this.#scores.position) / rate,
    };
  }

  /** What a user should know: phrases that cannot be listened for. */
  get warnings(): readonly string[] {
    return this.#transcriber?.warnings ?? [];
  }

  /** @param samples mono, in [-1, 1], at the model's rate */
  async accept(samples: Float32Array): Promise<Result[]> {
    this.#audio?.accept(samples);
    if (!this.#cutter) return this.#search(await this.#scores.accept(samples));
    const results: Result[] = [];
    for (const segment of this.#cutter.accept(samples)) {
      results.push(...(await this.#search(await this.#scores.accept(segment.samples))));
      results.push(...(await this.#flush(`rule${segment.rule}`)));
      this.#beginAnew();
    }
    return results;
  }

  /** No more samples: the last segment, if any words or speech are left in it. */
  async finish(): Promise<Result[]> {
    return [...(await this.#pushRest()), ...(await this.#flush('end'))];
  }

  /** What has been said so far is a segment, at once; the stream goes on with the next sample. */
  async finalize(): Promise<Result[]> {
    const results = [...(await this.#pushRest()), ...(await this.#flush('finalize'))];
    this.#beginAnew();
    return results;
  }

  /** What has been said since the last segment is dropped; the stream goes on with the next sample. */
  reset(): void {
    // Samples that the network has not had yet still count in the times of what follows.
    if (this.#cutter) this.#scores.skip(this.#cutter.take().length);
    this.#transcriber?.reset();
    this.#beginAnew();
  }

  /** The samples of a segment that has not ended yet. */
  async #pushRest(): Promise<Result[]> {
    return this.#cutter ? this.#search(await this.#scores.accept(this.#cutter.take())) : [];
  }

  #beginAnew(): void {
    this.#scores.reset();
    this.#spotter?.start();
    this.#transcriber?.beginAnew();
    this.#origin = this.#scores.position;
    this.#audio?.dropBefore(this.#origin);
  }

  async #flush(reason: Segment['reason']): Promise<Result[]> {
    const results = await this.#search(await this.#scores.finish());
    results.push(...this.#hits(this.#spotter?.finish() ?? []));
    const last = await this.#transcriber?.finalize(reason);
    return last ? [...results, last] : results;
  }

  async #search(chunks: Float32Array[]): Promise<Result[]> {
    const results: Result[] = [];
    for (const chunk of chunks) {
      results.push(...this.#hits(this.#spotter?.advance(chunk) ?? []));
      results.push(...((await this.#transcriber?.advance(chunk)) ?? []));
    }
    return results;
  }

  #hits(spotted: readonly Spotted[]): KeywordHit[] {
    return spotted.map(({ keyword, begin, end, score }) => ({
      type: 'keyword',
      text: this.#keywords[keyword],
      start: this.#clock.secondsOf(begin),
      end: this.#clock.secondsOf(end),
      score: Math.round(score * 1000) / 1000,
    }));
  }
}
