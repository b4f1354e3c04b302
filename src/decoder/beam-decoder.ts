import { HearkenError } from '../errors.js';
import type { ConstFst } from '../fst/index.js';
import { FIRST_WORD } from '../graph/labels.js';
import { checkGraph } from './check-graph.js';
import { FanOut } from './fan-out.js';
import type { RescoringLm } from './language-model.js';
import type { Lattice } from './lattice.js';
import { LatticeStore } from './lattice-store.js';
import { LmCostCache } from './lm-cost-cache.js';
import { type DecoderOptions, decoderOptions } from './options.js';
import type { BestPath } from './path.js';
import type { Search } from './search.js';
import { TokenTable } from './token-table.js';
import { Traceback } from './traceback.js';

/** Links are compacted when they have doubled since the last time, from this many on. */
const COMPACT_FROM = 1 << 16;
const HISTOGRAM_BINS = 512;
/** Added to a beam that was narrowed to keep to maxActive (Kaldi's beam-delta). */
const BEAM_DELTA = 0.5;
/** Frames between prunings of the lattice (Kaldi's prune-interval). */
const PRUNE_INTERVAL = 25;

/**
 * Viterbi beam search over graph × language model, the product made on the fly: a token is a pair of states. It minimises
 *   Σ graph cost − Σ log-likelihood + Σ_words [ lmWeight·(−ln p(w|h)) − (−ln p₁(w)) + wordPenalty ]
 * where p₁ is the unigram already in the graph (Kaldi's biglm decoder; Dolfing and Hetherington 2001).
 */
export class BeamDecoder implements Search {
  readonly options: DecoderOptions;
  #graph: ConstFst;
  #lm: RescoringLm;
  #width: number;
  #now = new TokenTable();
  #next = new TokenTable();
  #trace = new Traceback();
  #lattice: LatticeStore | undefined;
  #latticeBeam: number;
  #queue: number[] = [];
  #frames = 0;
  #lmNext = 0;
  #compactAt = COMPACT_FROM;
  #histogram = new Int32Array(HISTOGRAM_BINS);
  /** Cheapest token of the frame, and the beam it leaves for the next one; set by #cutoff. */
  #best = -1;
  #nextBeam = 0;
  /** Cost past which arcs into the next frame are not followed. */
  #nextCutoff = 0;
  #lmCosts: LmCostCache;
  #fanOut: FanOut;
  /** Tokens expanded since the start, for measurements. */
  tokensExpanded = 0;

  /** @param width numbers in a frame of scores; input labels are 1 … width. @throws FST_INVALID */
  constructor(graph: ConstFst, lm: RescoringLm, width: number, options: Partial<DecoderOptions> = {}) {
    this.options = decoderOptions(options);
    checkGraph(graph, width);
    this.#graph = graph;
    this.#lm = lm;
    this.#fanOut = new FanOut(graph);
    this.#lmCosts = new LmCostCache(lm, this.options);
    this.#width = width;
    this.#latticeBeam = this.options.latticeBeam;
    if (this.#latticeBeam > 0) this.#lattice = new LatticeStore();
    this.start();
  }

  /** Begin a new utterance. */
  start(): void {
    if (this.#lm.begin?.()) this.#lmCosts.clear();
    this.#now.clear();
    this.#trace.clear();
    this.#frames = 0;
    this.#fanOut.clear();
    this.#compactAt = COMPACT_FROM;
    const t = this.#now.findOrAdd(this.#graph.start, this.#lm.start);
    this.#now.cost[t] = 0;
    this.#now.link[t] = Traceback.NONE;
    this.#queue.push(t);
    this.#lattice?.clear();
    this.#lattice?.beginFrame();
    this.#epsilons(this.#now, this.options.beam);
    this.#keep(this.#now, this.options.beam);
  }

  /** Frames since start(). */
  get frames(): number {
    return this.#frames;
  }

  get activeTokens(): number {
    return this.#now.size;
  }

  get links(): number {
    return this.#trace.size;
  }

  /** Links kept for the lattice. */
  get latticeLinks(): number {
    return this.#lattice?.links ?? 0;
  }

  /** Search on through frames of log-likelihoods [frames × width]. @throws SCORES_INVALID before anything is changed */
  advance(scores: Float32Array): void {
    const width = this.#width;
    if (scores.length % width !== 0)
      throw new HearkenError('SCORES_INVALID', `${scores.length} scores are not frames of ${width}`);
    for (let i = 0; i < scores.length; i++) {
      if (!Number.isFinite(scores[i]))
        throw new HearkenError(
          'SCORES_INVALID',
          `score ${scores[i]} at frame ${Math.floor(i / width)}, column ${i % width}`,
        );
    }
    for (let at = 0; at < scores.length; at += width) this.#step(scores, at);
  }

  #step(scores: Float32Array, at: number): void {
    const { first, epsilonEnd, ilabels, olabels, weights } = this.#graph;
    const now = this.#now;
    const next = this.#next;
    next.clear();
    const cutoff = this.#cutoff();
    this.#nextCutoff = this.#seedCutoff(scores, at);
    this.#frames++;
    this.#lattice?.beginFrame();
    const fan = this.#fanOut;
    for (let t = 0; t < now.size; t++) {
      const cost = now.cost[t];
      if (cost > cutoff) continue;
      this.tokensExpanded++;
      const state = now.state[t];
      const number = fan.number(state);
      if (number < 0) {
        for (let a = epsilonEnd[state], end = first[state + 1]; a < end; a++) {
          const acoustic = -scores[at + ilabels[a] - 1];
          if (olabels[a] >= FIRST_WORD) this.#takeWord(t, a, acoustic);
          else if (cost + weights[a] + acoustic <= this.#nextCutoff)
            this.#take(t, a, weights[a], acoustic, now.lmState[t]);
        }
        continue;
      }
      fan.prepare(number, this.#frames, this.#graph, scores, at);
      const words = fan.labelled(number);
      for (let i = fan.begin(number); i < words && cost + fan.cost[i] <= this.#nextCutoff; i++) {
        const a = fan.arcs[i];
        this.#take(t, a, weights[a], -scores[at + ilabels[a] - 1], now.lmState[t]);
      }
      for (let i = words, end = fan.begin(number + 1); i < end; i++) {
        const a = fan.arcs[i];
        this.#takeWord(t, a, -scores[at + ilabels[a] - 1]);
      }
    }
    for (let t = 0; t < next.size; t++) {
      const state = next.state[t];
      if (epsilonEnd[state] > first[state]) this.#queue.push(t);
    }
    this.#now = next;
    this.#next = now;
    this.#epsilons(next, this.#nextCutoff);
    this.#keep(next, this.#nextCutoff);
    if (this.#frames % PRUNE_INTERVAL === 0) this.#lattice?.prune(this.options.latticeBeam);
    if (this.#trace.size > this.#compactAt) {
      this.#trace.compact(next.link, next.size);
      this.#compactAt = Math.max(COMPACT_FROM, 2 * this.#trace.size);
    }
  }

  /** Follow an arc that writes a word. */
  #takeWord(from: number, arc: number, acoustic: number): void {
    const graph = this.#graph.weights[arc] + this.#lmCosts.cost(this.#now.lmState[from], this.#graph.olabels[arc]);
    if (this.#now.cost[from] + graph + acoustic <= this.#nextCutoff)
      this.#take(from, arc, graph, acoustic, this.#lmCosts.next);
  }

  /** Follow an arc into the next frame; its cost is within the cutoff. */
  #take(from: number, arc: number, graph: number, acoustic: number, lmState: number): void {
    const next = this.#next;
    const total = this.#now.cost[from] + graph + acoustic;
    if (total + this.#nextBeam < this.#nextCutoff) this.#nextCutoff = total + this.#nextBeam;
    const to = next.findOrAdd(this.#graph.nexts[arc], lmState);
    const label = this.#graph.olabels[arc];
    // The token can only get cheaper: a link this much dearer is on no path of the lattice.
    if (total - next.cost[to] <= this.#latticeBeam)
      this.#lattice?.linkInto(from, to, this.#graph.ilabels[arc], label, graph, acoustic);
    if (total >= next.cost[to]) return;
    next.cost[to] = total;
    const link = this.#now.link[from];
    next.link[to] = label === 0 ? link : this.#trace.add(link, label, this.#frames - 1);
  }

  /** A first bound on the next frame's costs, from the best token: what lies beyond it is not even looked up. */
  #seedCutoff(scores: Float32Array, at: number): number {
    const { first, epsilonEnd, ilabels, olabels, weights } = this.#graph;
    const t = this.#best;
    let cutoff = Number.POSITIVE_INFINITY;
    if (t < 0) return cutoff;
    const { cost, state, lmState } = this.#now;
    for (let a = epsilonEnd[state[t]], end = first[state[t] + 1]; a < end; a++) {
      const graph = weights[a] + this.#labelCost(lmState[t], olabels[a]);
      cutoff = Math.min(cutoff, cost[t] + graph - scores[at + ilabels[a] - 1] + this.#nextBeam);
    }
    return cutoff;
  }

  /** What a label adds to an arc's cost; the language model state behind it is then in `#lmNext`. */
  #labelCost(lmState: number, label: number): number {
    this.#lmNext = lmState;
    if (label < FIRST_WORD) return 0;
    const cost = this.#lmCosts.cost(lmState, label);
    this.#lmNext = this.#lmCosts.next;
    return cost;
  }

  /** Follow arcs without input, depth first, tokens again when they improve. */
  #epsilons(table: TokenTable, cutoff: number): void {
    const { first, epsilonEnd, olabels, weights, nexts } = this.#graph;
    const queue = this.#queue;
    for (let t = queue.pop(); t !== undefined; t = queue.pop()) {
      const cost = table.cost[t];
      if (cost > cutoff) continue;
      const state = table.state[t];
      for (let a = first[state], end = epsilonEnd[state]; a < end; a++) {
        const label = olabels[a];
        // Added up as #keep does it, so that both draw the line at the same tokens.
        const total = cost + (weights[a] + this.#labelCost(table.lmState[t], label));
        if (total > cutoff) continue;
        const to = table.findOrAdd(nexts[a], this.#lmNext);
        if (total >= table.cost[to]) continue;
        table.cost[to] = total;
        table.link[to] = label === 0 ? table.link[t] : this.#trace.add(table.link[t], label, this.#frames);
        if (epsilonEnd[nexts[a]] > first[nexts[a]]) queue.push(to);
      }
    }
  }

  /** Put the frame's tokens and its arcs without input, now that the costs are settled, into the lattice. */
  #keep(table: TokenTable, cutoff: number): void {
    const lattice = this.#lattice;
    if (!lattice) return;
    const { first, epsilonEnd, olabels, weights, nexts } = this.#graph;
    lattice.endFrame(table.cost, table.size);
    for (let t = 0; t < table.size; t++) {
      const cost = table.cost[t];
      if (cost > cutoff) continue;
      const state = table.state[t];
      for (let a = first[state], end = epsilonEnd[state]; a < end; a++) {
        const label = olabels[a];
        const graph = weights[a] + this.#labelCost(table.lmState[t], label);
        if (cost + graph > cutoff) continue;
        const to = table.findOrAdd(nexts[a], this.#lmNext);
        if (cost + graph - table.cost[to] <= this.#latticeBeam) lattice.linkInside(t, to, label, graph);
      }
    }
  }

  /**
   * Cost past which tokens are not expanded: the beam, less where more than maxActive lie in it, more where fewer than
   * minActive do (Kaldi's GetCutoff). Sets #best and #nextBeam.
   */
  #cutoff(): number {
    const { beam, maxActive, minActive } = this.options;
    const { cost, size } = this.#now;
    let best = Number.POSITIVE_INFINITY;
    this.#best = -1;
    this.#nextBeam = beam;
    for (let t = 0; t < size; t++) {
      if (cost[t] >= best) continue;
      best = cost[t];
      this.#best = t;
    }
    if (size <= minActive) {
      this.#nextBeam = Number.POSITIVE_INFINITY;
      return Number.POSITIVE_INFINITY;
    }
    const bins = this.#histogram.fill(0);
    const scale = HISTOGRAM_BINS / beam;
    for (let t = 0; t < size; t++) {
      const bin = Math.floor((cost[t] - best) * scale);
      if (bin < HISTOGRAM_BINS) bins[bin]++;
    }
    let held = 0;
    for (let b = 0; b < HISTOGRAM_BINS; b++) {
      held += bins[b];
      if (held <= maxActive) continue;
      this.#nextBeam = Math.min(beam, b / scale + BEAM_DELTA);
      return best + b / scale;
    }
    if (held >= minActive) return best + beam;
    const sorted = cost.slice(0, size).sort();
    this.#nextBeam = sorted[minActive] - best + BEAM_DELTA;
    return sorted[minActive];
  }

  /** The best path so far. @param final count only paths that end in a final state, if there are any */
  bestPath(final: boolean): BestPath {
    const { cost, link, size } = this.#now;
    let best = -1;
    let bestCost = Number.POSITIVE_INFINITY;
    let reachedFinal = false;
    for (let t = 0; t < size && final; t++) {
      const total = cost[t] + this.#finalCost(t);
      if (total < bestCost) {
        bestCost = total;
        best = t;
        reachedFinal = true;
      }
    }
    for (let t = 0; t < size && !reachedFinal; t++) {
      if (cost[t] < bestCost) {
        bestCost = cost[t];
        best = t;
      }
    }
    const path = best < 0 ? [] : this.#trace.path(link[best]);
    return {
      labels: path.map((l) => ({ label: this.#trace.label(l), frame: this.#trace.frame(l) })),
      cost: bestCost,
      reachedFinal,
    };
  }

  /** What the best path that may end here costs above the best path; Infinity where none may (Kaldi's FinalRelativeCost). */
  relativeCost(): number {
    const { cost, size } = this.#now;
    let best = Number.POSITIVE_INFINITY;
    let final = Number.POSITIVE_INFINITY;
    for (let t = 0; t < size; t++) {
      best = Math.min(best, cost[t]);
      final = Math.min(final, cost[t] + this.#finalCost(t));
    }
    return final === Number.POSITIVE_INFINITY ? final : final - best;
  }

  /** How many labels of the best path every surviving path shares: they can no longer change. */
  stableLabels(): number {
    const { link, size } = this.#now;
    return size > 0 ? this.#trace.path(this.#trace.commonAncestor(link, size)).length : 0;
  }

  /** Cost of ending the utterance in token `t`; Infinity where it may not end. */
  #finalCost(t: number): number {
    const { state, lmState } = this.#now;
    const end = this.#graph.finals[state[t]];
    if (end === Number.POSITIVE_INFINITY) return end;
    // An utterance without words is no sentence: the language model has nothing to say of it.
    return end + (lmState[t] === this.#lm.start ? 0 : this.options.lmWeight * this.#lm.finalCost(lmState[t]));
  }

  /**
   * All paths within the lattice beam of the best one; of those that end in a final state, if there are any. Ends the
   * utterance: call start() before more frames. @throws OPTION_INVALID where latticeBeam is 0
   */
  lattice(): Lattice {
    if (!this.#lattice) throw new HearkenError('OPTION_INVALID', 'no lattice is kept: latticeBeam is 0');
    const finals = Float64Array.from({ length: this.#now.size }, (_, t) => this.#finalCost(t));
    if (!finals.some(Number.isFinite)) finals.fill(0);
    return this.#lattice.lattice(this.options.latticeBeam, finals);
  }
}
