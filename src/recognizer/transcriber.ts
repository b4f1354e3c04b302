import type { AcousticModel } from '../acoustic/index.js';
import {
  BeamDecoder,
  checkEndpointRules,
  type DecoderOptions,
  decoderOptions,
  ENDPOINT_RULES,
  type EndpointRule,
  endpointRule,
  type PathLabel,
  PhraseBias,
  type Search,
  timedWords,
  wordConfidences,
} from '../decoder/index.js';
import { HearkenError } from '../errors.js';
import { masked } from '../written/index.js';
import { type Choice, type ChoiceOptions, chooseHypothesis } from './choose-hypothesis.js';
import { labelledPhrases, type SpelledPhrase } from './phrases.js';
import type { Alternative, Result, Segment, Word } from './results.js';
import { SecondPass } from './second-pass.js';
import type { SegmentAudio } from './segment-audio.js';
import type { StreamOptions } from './stream-options.js';
import type { Extension, Vocabulary } from './vocabulary.js';
import { PieceWriter } from './written-pieces.js';

/** Lattice beam where alternatives are asked for: of words that are all but certain, the others lie far behind. */
const ALTERNATIVES_BEAM = 12;
/** Frames after which an endpoint is looked for. */
const ENDPOINT_FRAMES = 10;

/** The network's output as a stream has it. */
export interface ScoreClock {
  /** Numbers per row of scores. */
  columns: number;
  /** Seconds of a frame. */
  frameSeconds: number;
  /** Position of a frame's first sample in the recording. */
  sampleOf(frame: number): number;
  /** When a frame begins, in seconds of the stream; frames are counted from its start or from where it began anew. */
  secondsOf(frame: number): number;
}

/** What the second pass of a stream is made with. */
export interface SecondPassSetup {
  model: AcousticModel;
  audio: SegmentAudio;
  /** Settings that differ from the first pass's. */
  decoder: Partial<DecoderOptions>;
}

/** Log-likelihoods to segments and partial results: search, endpoints, confidences. */
export class Transcriber {
  /** Phrases that cannot be listened for. */
  readonly warnings: readonly string[];
  #clock: ScoreClock;
  #vocabulary: Vocabulary;
  #decoder: BeamDecoder;
  #partials: boolean;
  #writer: PieceWriter | undefined;
  #mask: boolean;
  #endpoints: EndpointRule[];
  #secondPass: SecondPass | undefined;
  /** How finals are chosen. */
  #choice: ChoiceOptions;
  #confidenceLine: { least: number; most: number };
  #asksRelativeCost: boolean;
  /** Frame at which the current segment began. */
  #segmentStart = 0;
  #segment = 0;
  #lastPartial = '';
  /** The text of the segment that was last called stable. */
  #stable = '';

  /** @throws OPTION_INVALID */
  constructor(
    clock: ScoreClock,
    { vocabulary, unpronounced }: Extension,
    spelled: readonly SpelledPhrase[],
    options: StreamOptions,
    second?: SecondPassSetup,
  ) {
    this.#clock = clock;
    this.#vocabulary = vocabulary;
    const settings = decoderOptions({ ...vocabulary.decoder, ...options.decoder });
    if ((options.alternatives ?? 0) > 0 && options.decoder?.latticeBeam === undefined)
      settings.latticeBeam = Math.max(settings.latticeBeam, ALTERNATIVES_BEAM);
    const { phrases, unknown } = labelledPhrases(spelled, (word) => vocabulary.label(word));
    this.warnings = [
      ...unpronounced.map((word) => `"${word}" cannot be listened for: no pronunciation, or a closed grammar`),
      ...unknown.map(({ phrase, word }) => `phrase "${phrase}" left out: no word "${word}" in the vocabulary`),
    ];
    const search = (own: DecoderOptions): BeamDecoder => {
      const lm = phrases.length > 0 ? new PhraseBias(vocabulary.lm, phrases, own.lmWeight) : vocabulary.lm;
      return new BeamDecoder(vocabulary.graph, lm, clock.columns, own);
    };
    this.#decoder = search(settings);
    this.#confidenceLine = vocabulary.confidence;
    let finalSettings = this.#decoder.options;
    if (second) {
      const { model, audio, decoder } = second;
      finalSettings = decoderOptions({ ...settings, ...decoder, ...options.decoder });
      this.#secondPass = new SecondPass(model, audio, search(finalSettings));
      this.#confidenceLine = vocabulary.secondPassConfidence;
    }
    this.#partials = options.partials ?? false;
    const { rescore = true, alternatives = 0 } = options;
    this.#choice = { vocabulary, settings: finalSettings, rescore, alternatives };
    const numbers = options.written ?? false;
    const punctuation = options.punctuation ?? false;
    if (numbers || punctuation) this.#writer = new PieceWriter({ numbers, punctuation });
    this.#mask = options.profanity === 'mask';
    this.#endpoints = checkEndpointRules(options.endpoint ?? ENDPOINT_RULES);
    this.#asksRelativeCost = this.#endpoints.some((r) => r.maxRelativeCost !== undefined);
    if (!(Number.isInteger(alternatives) && alternatives >= 0 && alternatives <= 100))
      throw new HearkenError('OPTION_INVALID', `alternatives ${alternatives} is not a whole number from 0 to 100`);
    if (alternatives > 0 && this.#decoder.options.latticeBeam === 0)
      throw new HearkenError('OPTION_INVALID', 'alternatives need a latticeBeam above 0');
  }

  /** @param chunk whole frames */
  async advance(chunk: Float32Array): Promise<Result[]> {
    const results: Result[] = [];
    const width = this.#clock.columns;
    // Endpoints are looked for at fixed frames of the stream, whatever chunks come.
    for (let at = 0; at < chunk.length; at += width) {
      this.#decoder.advance(chunk.subarray(at, at + width));
      if (this.#decoder.frames % ENDPOINT_FRAMES === 0) {
        const segment = await this.#endpoint();
        if (segment) results.push(segment);
      }
    }
    const partial = this.#partials ? this.#partial() : undefined;
    return partial ? [...results, partial] : results;
  }

  /** What was heard of the segment is dropped. */
  reset(): void {
    this.#decoder.start();
    this.#lastPartial = '';
    this.#stable = '';
  }

  /** Frames are counted from 0 again. */
  beginAnew(): void {
    this.#segmentStart = 0;
  }

  async #endpoint(): Promise<Segment | undefined> {
    const frames = this.#decoder.frames;
    const words = timedWords(this.#decoder.bestPath(false).labels, frames);
    const last = words.at(-1);
    const silence = last ? (last.complete ? frames - last.end : 0) : frames;
    const heard = {
      utteranceLength: frames * this.#clock.frameSeconds,
      trailingSilence: silence * this.#clock.frameSeconds,
      hasWords: words.length > 0,
      relativeCost: this.#asksRelativeCost ? this.#decoder.relativeCost() : 0,
    };
    const rule = endpointRule(heard, this.#endpoints);
    return rule > 0 ? this.finalize(`rule${rule}`) : undefined;
  }

  /** The segment so far is at its end; undefined where no word was recognised, unless a call asked for it and waits for an answer. */
  async finalize(reason: Segment['reason']): Promise<Segment | undefined> {
    const frames = this.#decoder.frames;
    const search = await this.#searched(frames);
    const choice = await chooseHypothesis(search, this.#choice);
    const { labels, lattice } = choice;
    const timed = timedWords(labels, frames);
    const posteriors = lattice ? wordConfidences(timed, lattice) : undefined;
    const alternatives = lattice && this.#choice.alternatives > 0 ? this.#alternativesOf(choice) : undefined;
    const words = timed.map((w, i): Word => {
      const word = this.#word(w.label, w.begin, w.end);
      return posteriors ? { ...word, confidence: this.#confidence(posteriors[i]) } : word;
    });
    const begin = this.#segmentStart;
    this.#segmentStart += frames;
    this.#secondPass?.drop(this.#clock.sampleOf(this.#segmentStart));
    const stable = this.#stable;
    this.reset();
    if (words.length === 0 && reason !== 'finalize') return undefined;
    const text = words.map((w) => w.text).join(' ');
    return {
      type: 'final',
      index: this.#segment++,
      text,
      ...(!`${text} `.startsWith(stable === '' ? '' : `${stable} `) && { corrected: true as const }),
      words,
      start: words[0]?.start ?? this.#clock.secondsOf(begin),
      end: words.at(-1)?.end ?? this.#clock.secondsOf(begin + frames),
      reason,
      ...(alternatives && { alternatives }),
      ...(this.#writer && { written: this.#writer.write(words) }),
      complete: choice.complete,
    };
  }

  /** The search that the segment's words are taken from: where there is a second pass and the first one found words, that. */
  async #searched(frames: number): Promise<Search> {
    if (!this.#secondPass || timedWords(this.#decoder.bestPath(true).labels, frames).length === 0) return this.#decoder;
    return this.#secondPass.run(this.#clock.sampleOf(this.#segmentStart), frames);
  }

  /** How often a word of a posterior is right, in thousandths. */
  #confidence(posterior: number): number {
    const { least, most } = this.#confidenceLine;
    return Math.round((least + (most - least) * posterior) * 1000) / 1000;
  }

  #alternativesOf({ others, cost: bestCost }: Choice): Alternative[] {
    return others.map(({ labels, cost }) => ({
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
    const [start, stop] = [begin, end].map((frame) => this.#clock.secondsOf(this.#segmentStart + frame));
    return { text: this.#written(label), start, end: stop };
  }

  #partial(): Result | undefined {
    const path = this.#decoder.bestPath(false);
    const stable = this.#text(path.labels.slice(0, this.#decoder.stableLabels()));
    const unstable = this.#text(path.labels).slice(stable.length).trim();
    const key = `${stable}|${unstable}`;
    if (key === this.#lastPartial || (stable === '' && unstable === '')) return undefined;
    this.#lastPartial = key;
    this.#stable = stable;
    return { type: 'partial', index: this.#segment, stable, unstable };
  }
}
