import { HearkenError } from '../errors.js';
import type { Topology } from '../graph/index.js';
import { type UnitTable, unitTable } from './unit-table.js';

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

/** A pronunciation while it is searched for; arrays by phone. */
interface Path {
  keyword: number;
  phones: readonly number[];
  logProb: Float64Array;
  /** In the blanks after the phone; of topologies that have them. */
  gap: Float64Array;
  gapBegin: Int32Array;
  begin: Int32Array;
  /** State the phone was entered through: that of the first one depends on what came before. */
  state: Int32Array;
}

/**
 * Listens for keywords in log-likelihoods, without vocabulary or language model: a loop over all phones stands for any
 * speech, and a keyword is heard where its phones, entered from that loop, come close to the loop's own best path (a filler
 * model; Wilpon et al. 1990, Szöke et al. 2005). Time and memory a frame do not grow with the recording.
 */
export class KeywordSpotter {
  #columns: number;
  #blank: number | undefined;
  #blankCost: number;
  #table: UnitTable;
  #keywords: readonly Keyword[];
  #paths: Path[];
  /** Best path of the loop into each state, and into each phone, at the frame before. */
  #filler: Float64Array;
  #byPhone: Float64Array;
  #before: Float64Array;
  #frame = 0;
  /** By keyword: a detection that may still get better. */
  #open: (Spotted | undefined)[];

  /** @throws OPTION_INVALID */
  constructor(keywords: readonly Keyword[], topology: Topology) {
    if (keywords.some((k) => k.pronunciations.length === 0 || k.pronunciations.some((p) => p.length === 0)))
      throw new HearkenError('OPTION_INVALID', 'a keyword has no pronunciation');
    this.#columns = topology.columns;
    this.#table = unitTable(topology);
    this.#blank = topology.blank;
    this.#blankCost = topology.blankCost ?? 0;
    // Blanks are a unit of the loop, but for its price.
    if (topology.blank !== undefined) {
      const blank = this.#table.stateOf[topology.blank];
      this.#table.enterCost[blank] = this.#blankCost - PHONE_COST;
      this.#table.stayCost[blank] = this.#blankCost;
    }
    this.#keywords = keywords;
    this.#paths = keywords.flatMap(({ pronunciations }, keyword) =>
      pronunciations.map((phones) => ({
        keyword,
        phones,
        logProb: new Float64Array(phones.length),
        gap: new Float64Array(phones.length).fill(NEVER),
        gapBegin: new Int32Array(phones.length),
        begin: new Int32Array(phones.length),
        state: new Int32Array(phones.length),
      })),
    );
    this.#filler = new Float64Array(this.#table.states);
    this.#byPhone = new Float64Array(this.#table.units);
    this.#before = new Float64Array(this.#table.units);
    this.#open = keywords.map(() => undefined);
    this.start();
  }

  /** Begin a new utterance. */
  start(): void {
    this.#frame = 0;
    this.#filler.fill(NEVER);
    this.#byPhone.fill(NEVER);
    this.#byPhone[0] = 0;
    for (const path of this.#paths) {
      path.logProb.fill(NEVER);
      path.gap.fill(NEVER);
    }
    this.#open.fill(undefined);
  }

  /** @param scores frames of log-likelihoods [frames × columns]; returns the detections that are certain by now */
  advance(scores: Float32Array): Spotted[] {
    const out: Spotted[] = [];
    for (let at = 0; at < scores.length; at += this.#columns) this.#step(scores, at, out);
    return out;
  }

  /** No more frames: what is left. */
  finish(): Spotted[] {
    const out = this.#open.filter((s) => s !== undefined);
    this.#open.fill(undefined);
    return out;
  }

  #step(scores: Float32Array, at: number, out: Spotted[]): void {
    const { units, states, stateOf, unitOf, enterColumn, enterCost, stayColumn, stayCost } = this.#table;
    const filler = this.#filler;
    const before = this.#before;
    before.set(this.#byPhone);
    this.#byPhone.fill(NEVER);
    let best = NEVER;
    for (let s = 0; s < states; s++)
      filler[s] = stayColumn[s] < 0 ? NEVER : filler[s] + (scores[at + stayColumn[s]] - stayCost[s]);
    for (let left = 0; left < units; left++) {
      if (before[left] === NEVER) continue;
      for (let phone = 0; phone < units; phone++) {
        const s = stateOf[left * units + phone];
        filler[s] = Math.max(filler[s], before[left] - enterCost[s] - PHONE_COST + scores[at + enterColumn[s]]);
      }
    }
    for (let s = 0; s < states; s++) {
      const phone = unitOf[s];
      this.#byPhone[phone] = Math.max(this.#byPhone[phone], filler[s]);
      best = Math.max(best, filler[s]);
    }
    this.#frame++;
    for (const path of this.#paths) {
      this.#extend(path, before, scores, at);
      this.#consider(path, best, out);
    }
    // Costs grow for ever: the best of the loop is the zero of the next frame.
    for (let s = 0; s < states; s++) filler[s] -= best;
    for (let p = 0; p < units; p++) this.#byPhone[p] -= best;
    for (const { logProb, gap } of this.#paths)
      for (let i = 0; i < logProb.length; i++) {
        logProb[i] -= best;
        gap[i] -= best;
      }
  }

  /** A frame of blank after phone i. */
  #rest(i: number, { logProb, gap, gapBegin, begin }: Path, score: number): void {
    if (logProb[i] > gap[i]) {
      gap[i] = logProb[i];
      gapBegin[i] = begin[i];
    }
    gap[i] += score - this.#blankCost;
  }

  #extend(path: Path, before: Float64Array, scores: Float32Array, at: number): void {
    const { phones, logProb, gap, gapBegin, begin, state } = path;
    const { units, stateOf, enterColumn, enterCost, stayColumn, stayCost } = this.#table;
    for (let i = phones.length - 1; i >= 0; i--) {
      if (this.#blank !== undefined && i + 1 < phones.length) this.#rest(i, path, scores[at + this.#blank]);
      const s = state[i];
      let stay =
        logProb[i] === NEVER || stayColumn[s] < 0 ? NEVER : logProb[i] - stayCost[s] + scores[at + stayColumn[s]];
      if (i > 0) {
        const from = stateOf[phones[i - 1] * units + phones[i]];
        const fromGap = gap[i - 1] > logProb[i - 1];
        const earlier = fromGap ? gap[i - 1] : logProb[i - 1];
        const enter = earlier - enterCost[from] - PHONE_COST + scores[at + enterColumn[from]];
        if (enter > stay) {
          stay = enter;
          begin[i] = fromGap ? gapBegin[i - 1] : begin[i - 1];
          state[i] = from;
        }
      } else {
        for (let left = 0; left < before.length; left++) {
          const from = stateOf[left * units + phones[0]];
          const enter = before[left] - enterCost[from] - PHONE_COST + scores[at + enterColumn[from]];
          if (enter <= stay) continue;
          stay = enter;
          begin[0] = this.#frame - 1;
          state[0] = from;
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
