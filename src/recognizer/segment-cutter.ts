import { checkEndpointRules, ENDPOINT_RULES, type EndpointRule, endpointRule } from '../decoder/index.js';

/** Blocks per second that loudness is looked at in. */
const BLOCKS_PER_SECOND = 50;
/** Blocks that loudness is averaged over. */
const SMOOTHING = 5;
/** Power above that of the background from which on a block is speech, and least power of speech (±1 is full scale). */
const SPEECH_OVER_NOISE = 8;
const LEAST_SPEECH = 1e-7;
/** Factor by which the estimate of the background grows a block: 1 dB per second. */
const NOISE_GROWTH = 10 ** (0.1 / BLOCKS_PER_SECOND);
/** Part of a segment of the greatest length in whose quietest place it is cut. */
const CUT_IN_LAST = 1 / 3;

export interface CutSegment {
  samples: Float32Array;
  /** Number of the endpoint rule that ended it. */
  rule: number;
}

/**
 * Cuts live samples into segments for models that take nothing less: at pauses, by the endpoint rules, with loudness in the
 * place of words; or in the quietest tenth of a second of the last third once a segment is as long as the model takes. Every
 * sample is in exactly one segment, and cuts do not depend on how samples arrive. Holds one segment.
 */
export class SegmentCutter {
  #block: number;
  #rules: readonly EndpointRule[];
  #samples: Float32Array;
  #filled = 0;
  /** Mean power of the blocks of the segment so far. */
  #powers: number[] = [];
  #noise = Number.POSITIVE_INFINITY;
  #hasSpeech = false;
  /** Blocks since the last with speech. */
  #silence = 0;

  /** @param maxSeconds longest segment. @throws OPTION_INVALID */
  constructor(rate: number, maxSeconds: number, rules: readonly EndpointRule[] = ENDPOINT_RULES) {
    this.#block = Math.round(rate / BLOCKS_PER_SECOND);
    // How complete a sentence is only the search knows.
    this.#rules = checkEndpointRules(rules).filter((rule) => rule.maxRelativeCost === undefined);
    this.#samples = new Float32Array(Math.floor(maxSeconds * BLOCKS_PER_SECOND) * this.#block);
  }

  /** The segments that end with these samples. */
  accept(samples: Float32Array): CutSegment[] {
    const out: CutSegment[] = [];
    for (let at = 0; at < samples.length; ) {
      const take = Math.min(samples.length - at, this.#block - (this.#filled % this.#block));
      this.#samples.set(samples.subarray(at, at + take), this.#filled);
      this.#filled += take;
      at += take;
      if (this.#filled % this.#block !== 0) continue;
      const segment = this.#endOfBlock();
      if (segment) out.push(segment);
    }
    return out;
  }

  /** The samples of the segment that has not ended yet; it begins again. */
  take(): Float32Array {
    return this.#cut(this.#filled);
  }

  #endOfBlock(): CutSegment | undefined {
    this.#measure();
    const blocks = this.#powers.length;
    const state = {
      utteranceLength: blocks / BLOCKS_PER_SECOND,
      trailingSilence: this.#silence / BLOCKS_PER_SECOND,
      hasWords: this.#hasSpeech,
      relativeCost: 0,
    };
    const full = this.#filled === this.#samples.length;
    const rule = endpointRule(state, this.#rules);
    if (rule === 0 && !full) return undefined;
    const paused = rule > 0 && this.#rules[rule - 1].minTrailingSilence > 0;
    const end = paused ? this.#filled : this.#quietest() * this.#block;
    return { samples: this.#cut(end), rule: rule > 0 ? rule : this.#rules.length };
  }

  #measure(): void {
    let sum = 0;
    for (let i = this.#filled - this.#block; i < this.#filled; i++) sum += this.#samples[i] ** 2;
    this.#powers.push(sum / this.#block);
    const power = this.#powerAround(this.#powers.length);
    this.#noise = Math.min(power, this.#noise * NOISE_GROWTH);
    if (power > Math.max(SPEECH_OVER_NOISE * this.#noise, LEAST_SPEECH)) {
      this.#hasSpeech = true;
      this.#silence = 0;
    } else this.#silence++;
  }

  /** Mean power of the last blocks before `end`. */
  #powerAround(end: number): number {
    const from = Math.max(0, end - SMOOTHING);
    let sum = 0;
    for (let i = from; i < end; i++) sum += this.#powers[i];
    return sum / (end - from);
  }

  /** Block at the middle of the quietest place of the last part. */
  #quietest(): number {
    const blocks = this.#powers.length;
    let best = blocks;
    let least = Number.POSITIVE_INFINITY;
    for (let end = Math.ceil(blocks * (1 - CUT_IN_LAST)) + SMOOTHING; end <= blocks; end++) {
      const power = this.#powerAround(end);
      if (power < least) [least, best] = [power, end - Math.floor(SMOOTHING / 2)];
    }
    return Math.max(1, best);
  }

  /** The segment's samples up to `end`; those after it begin the next. */
  #cut(end: number): Float32Array {
    const out = this.#samples.slice(0, end);
    this.#samples.copyWithin(0, end, this.#filled);
    this.#filled -= end;
    this.#powers = this.#powers.slice(Math.ceil(end / this.#block));
    this.#hasSpeech = this.#powers.some((p) => p > Math.max(SPEECH_OVER_NOISE * this.#noise, LEAST_SPEECH));
    this.#silence = 0;
    return out;
  }
}
