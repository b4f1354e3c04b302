import { HearkenError } from '../errors.js';
import type { ContextTable } from '../graph/index.js';

const HALF = Math.LN2;
/** Nats a phone costs, in keywords and outside alike: about what the acoustic model was trained to be weighed against. */
const PHONE_COST = 2.5;
const NEVER = Number.NEGATIVE_INFINITY;

/** A keyword and what may be heard of it: pronunciations in phone numbers, silence (0) allowed inside. */
export interface Keyword {
  pronunciations: readonly (readonly number[])[];
  /** Least score of a detection. */
  threshold: number;
}

/** Where a keyword was heard. */
export interface Spotted {
  /** Position of the keyword in the list. */
  keyword: number;
  /** First frame, and the frame behind the last. */
  begin: number;
  end: number;
  /** Nats a phone by which the keyword is less likely than whatever phones fit best: 0 is a perfect fit. */
  score: number;
}

/** A pronunciation while it is listened for; arrays by phone. */
interface Path {
  keyword: number;
  phones: readonly number[];
  logProb: Float64Array;
  begin: Int32Array;
  /** Unit the phone was entered through: that of the first one depends on what came before. */
  unit: Int32Array;
}

/**
 * Listens for keywords in log-likelihoods, without vocabulary or language model: a loop over all phones stands for any
 * speech, and a keyword is heard where its phones, entered from that loop, come close to the loop's own best path (a filler
 * model; Wilpon et al. 1990, Szöke et al. 2005). Time and memory a frame do not grow with the recording.
 */
export class KeywordSpotter {
  #context: ContextTable;
  #keywords: readonly Keyword[];
  #paths: Path[];
  /** Best path of the loop into each unit, and into each phone, at the frame before. */
  #filler: Float64Array;
  #byPhone: Float64Array;
  #before: Float64Array;
  #frame = 0;
  /** By keyword: a detection that may still get better. */
  #open: (Spotted | undefined)[];

  /** @throws OPTION_INVALID */
  constructor(keywords: readonly Keyword[], context: ContextTable) {
    if (keywords.some((k) => k.pronunciations.length === 0 || k.pronunciations.some((p) => p.length === 0)))
      throw new HearkenError('OPTION_INVALID', 'a keyword has no pronunciation');
    this.#context = context;
    this.#keywords = keywords;
    this.#paths = keywords.flatMap(({ pronunciations }, keyword) =>
      pronunciations.map((phones) => ({
        keyword,
        phones,
        logProb: new Float64Array(phones.length),
        begin: new Int32Array(phones.length),
        unit: new Int32Array(phones.length),
      })),
    );
    this.#filler = new Float64Array(context.units);
    this.#byPhone = new Float64Array(context.phones);
    this.#before = new Float64Array(context.phones);
    this.#open = keywords.map(() => undefined);
    this.start();
  }

  /** Begin a new utterance. */
  start(): void {
    this.#frame = 0;
    this.#filler.fill(NEVER);
    this.#byPhone.fill(NEVER);
    this.#byPhone[0] = 0;
    for (const path of this.#paths) path.logProb.fill(NEVER);
    this.#open.fill(undefined);
  }

  /** @param scores frames of log-likelihoods [frames × 2·units]; returns what was heard for certain by now */
  advance(scores: Float32Array): Spotted[] {
    const out: Spotted[] = [];
    for (let at = 0; at < scores.length; at += 2 * this.#context.units) this.#step(scores, at, out);
    return out;
  }

  /** No more frames: what is left. */
  finish(): Spotted[] {
    const out = this.#open.filter((s) => s !== undefined);
    this.#open.fill(undefined);
    return out;
  }

  #step(scores: Float32Array, at: number, out: Spotted[]): void {
    const { phones, units } = this.#context;
    const filler = this.#filler;
    const before = this.#before;
    before.set(this.#byPhone);
    this.#byPhone.fill(NEVER);
    let best = NEVER;
    for (let u = 0; u < units; u++) filler[u] += scores[at + units + u] - HALF;
    for (let left = 0; left < phones; left++) {
      if (before[left] === NEVER) continue;
      const base = before[left] - HALF - PHONE_COST;
      for (let phone = 0; phone < phones; phone++) {
        const u = this.#context.unit(left, phone);
        filler[u] = Math.max(filler[u], base + scores[at + u]);
      }
    }
    for (let u = 0; u < units; u++) {
      const phone = this.#context.phoneOf(u);
      this.#byPhone[phone] = Math.max(this.#byPhone[phone], filler[u]);
      best = Math.max(best, filler[u]);
    }
    this.#frame++;
    for (const path of this.#paths) {
      this.#extend(path, before, scores, at);
      this.#consider(path, best, out);
    }
    // Costs grow for ever: the best of the loop is the zero of the next frame.
    for (let u = 0; u < units; u++) filler[u] -= best;
    for (let p = 0; p < phones; p++) this.#byPhone[p] -= best;
    for (const { logProb } of this.#paths) for (let i = 0; i < logProb.length; i++) logProb[i] -= best;
  }

  #extend({ phones, logProb, begin, unit }: Path, before: Float64Array, scores: Float32Array, at: number): void {
    const { units } = this.#context;
    for (let i = phones.length - 1; i >= 0; i--) {
      let stay = logProb[i] === NEVER ? NEVER : logProb[i] - HALF + scores[at + units + unit[i]];
      if (i > 0) {
        const u = this.#context.unit(phones[i - 1], phones[i]);
        const enter = logProb[i - 1] - HALF - PHONE_COST + scores[at + u];
        if (enter > stay) {
          stay = enter;
          begin[i] = begin[i - 1];
          unit[i] = u;
        }
      } else {
        for (let left = 0; left < before.length; left++) {
          const u = this.#context.unit(left, phones[0]);
          const enter = before[left] - HALF - PHONE_COST + scores[at + u];
          if (enter <= stay) continue;
          stay = enter;
          begin[0] = this.#frame - 1;
          unit[0] = u;
        }
      }
      logProb[i] = stay;
    }
  }

  /** A detection is told once it has been over for as long as it took, or another one begins behind it. */
  #consider({ keyword, phones, logProb, begin }: Path, best: number, out: Spotted[]): void {
    const last = phones.length - 1;
    const score = (logProb[last] - best) / phones.length;
    const open = this.#open[keyword];
    if (open && (begin[last] >= open.end || this.#frame >= 2 * open.end - open.begin)) {
      out.push(open);
      this.#open[keyword] = undefined;
    }
    if (score < this.#keywords[keyword].threshold) return;
    const current = this.#open[keyword];
    if (current && score <= current.score) return;
    this.#open[keyword] = { keyword, begin: begin[last], end: this.#frame, score };
  }
}
