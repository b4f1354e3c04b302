import { type Lattice, sortLattice } from './lattice.js';

const CAPACITY = 1 << 14;
/** Extra costs that differ by less are the same (Kaldi's delta). */
const SAME = 1e-3;

function wider<T extends Int32Array | Float32Array | Float64Array>(array: T): T {
  const Type = array.constructor as new (length: number) => T;
  const out = new Type(2 * array.length);
  out.set(array as never);
  return out;
}

/**
 * The tokens of all frames of an utterance and the links between them, for the lattice (Kaldi's lattice-faster decoder).
 * `prune` drops what no path within the lattice beam of the best one uses, so memory follows the ambiguity of the
 * utterance, not the beam.
 */
export class LatticeStore {
  /** By token, frame after frame. */
  #cost = new Float64Array(CAPACITY);
  /** How much costlier the best whole path through a token is than the best path. */
  #extra = new Float64Array(CAPACITY);
  #tokens = 0;
  #from = new Int32Array(CAPACITY);
  #to = new Int32Array(CAPACITY);
  #input = new Int32Array(CAPACITY);
  #label = new Int32Array(CAPACITY);
  #graph = new Float32Array(CAPACITY);
  #acoustic = new Float32Array(CAPACITY);
  #links = 0;
  /** First token of each frame; first link into each frame; first link inside it (without input). */
  #firstToken: number[] = [];
  #firstLink: number[] = [];
  #firstInside: number[] = [];
  /** Frames there were when it was last pruned. */
  #pruned = 0;

  get tokens(): number {
    return this.#tokens;
  }

  get links(): number {
    return this.#links;
  }

  clear(): void {
    this.#tokens = 0;
    this.#links = 0;
    this.#firstToken.length = 0;
    this.#firstLink.length = 0;
    this.#firstInside.length = 0;
    this.#pruned = 0;
  }

  /** From here on links lead into a new frame. */
  beginFrame(): void {
    this.#firstToken.push(this.#tokens);
    this.#firstLink.push(this.#links);
    this.#firstInside.push(this.#links);
  }

  /** The frame's tokens as the search left them; links added from here on stay inside it. */
  endFrame(cost: Float64Array, size: number): void {
    while (this.#tokens + size > this.#cost.length) {
      this.#cost = wider(this.#cost);
      this.#extra = wider(this.#extra);
    }
    for (let t = 0; t < size; t++) this.#cost[this.#tokens + t] = cost[t];
    this.#tokens += size;
    this.#firstInside[this.#firstInside.length - 1] = this.#links;
  }

  /** A link from token `from` of the frame before to token `to` of this one. */
  linkInto(from: number, to: number, input: number, label: number, graph: number, acoustic: number): void {
    const frame = this.#firstToken.length - 1;
    this.#link(this.#firstToken[frame - 1] + from, this.#firstToken[frame] + to, input, label, graph, acoustic);
  }

  linkInside(from: number, to: number, label: number, graph: number): void {
    const first = this.#firstToken[this.#firstToken.length - 1];
    this.#link(first + from, first + to, 0, label, graph, 0);
  }

  #link(from: number, to: number, input: number, label: number, graph: number, acoustic: number): void {
    const l = this.#links++;
    if (l === this.#from.length) {
      this.#from = wider(this.#from);
      this.#to = wider(this.#to);
      this.#input = wider(this.#input);
      this.#label = wider(this.#label);
      this.#graph = wider(this.#graph);
      this.#acoustic = wider(this.#acoustic);
    }
    this.#from[l] = from;
    this.#to[l] = to;
    this.#input[l] = input;
    this.#label[l] = label;
    this.#graph[l] = graph;
    this.#acoustic[l] = acoustic;
  }

  /**
   * Drop links and tokens that are on no path within `beam` of the best (Kaldi's PruneActiveTokens). Tokens of the last frame
   * stay, in their order. Frames before one where nothing changed since the last pruning are not looked at again.
   * @param finals cost of ending in each token of the last frame; without it, all of them count as equally good
   */
  prune(beam: number, finals?: Float64Array): void {
    const frames = this.#firstToken.length;
    const last = this.#firstToken[frames - 1];
    let best = Number.POSITIVE_INFINITY;
    for (let t = last; t < this.#tokens; t++) best = Math.min(best, this.#cost[t] + (finals?.[t - last] ?? 0));
    let f = frames - 1;
    for (; f >= 0; f--) {
      const begin = this.#firstToken[f];
      const before = f < this.#pruned ? this.#extra.slice(begin, this.#endOf(f)) : undefined;
      this.#extra.fill(Number.POSITIVE_INFINITY, begin, this.#endOf(f));
      if (f === frames - 1) {
        for (let t = begin; t < this.#tokens; t++)
          this.#extra[t] = finals ? this.#cost[t] + finals[t - last] - best : 0;
      } else this.#relax(this.#firstLink[f + 1], this.#firstInside[f + 1]);
      // Links without input are in no particular order: pass until nothing improves.
      while (this.#relax(this.#firstInside[f], this.#linksEndOf(f))) {}
      if (before?.every((extra, i) => Math.abs(extra - this.#extra[begin + i]) < SAME)) break;
    }
    this.#compact(beam, f + 1);
    this.#pruned = frames;
  }

  /** Behind the last token, and behind the last link inside, of a frame. */
  #endOf(frame: number): number {
    return this.#firstToken[frame + 1] ?? this.#tokens;
  }

  #linksEndOf(frame: number): number {
    return this.#firstLink[frame + 1] ?? this.#links;
  }

  /** Extra cost of the best path through a link. */
  #through(link: number): number {
    const from = this.#cost[this.#from[link]];
    const detour = from + this.#graph[link] + this.#acoustic[link] - this.#cost[this.#to[link]];
    return this.#extra[this.#to[link]] + Math.max(0, detour);
  }

  #relax(begin: number, end: number): boolean {
    let improved = false;
    for (let l = end - 1; l >= begin; l--) {
      const extra = this.#through(l);
      if (extra < this.#extra[this.#from[l]]) {
        this.#extra[this.#from[l]] = extra;
        improved = true;
      }
    }
    return improved;
  }

  /** Drop what is beyond the beam in frames from `start` on. */
  #compact(beam: number, start: number): void {
    const frames = this.#firstToken.length;
    const last = this.#firstToken[frames - 1];
    const firstToken = this.#firstToken[start];
    const firstLink = this.#firstLink[start];
    const number = new Int32Array(this.#tokens - firstToken).fill(-1);
    const keepLink = new Uint8Array(this.#links - firstLink);
    for (let l = firstLink; l < this.#links; l++) keepLink[l - firstLink] = this.#through(l) <= beam ? 1 : 0;
    let tokens = firstToken;
    for (let f = start, t = firstToken; f < frames; f++) {
      const end = this.#endOf(f);
      this.#firstToken[f] = tokens;
      for (; t < end; t++) {
        if (t < last && !(this.#extra[t] <= beam)) continue;
        this.#cost[tokens] = this.#cost[t];
        this.#extra[tokens] = this.#extra[t];
        number[t - firstToken] = tokens++;
      }
    }
    let links = firstLink;
    let l = firstLink;
    const renumbered = (t: number): number => (t < firstToken ? t : number[t - firstToken]);
    const move = (until: number): void => {
      for (; l < until; l++) {
        if (!keepLink[l - firstLink]) continue;
        this.#from[links] = renumbered(this.#from[l]);
        this.#to[links] = renumbered(this.#to[l]);
        this.#input[links] = this.#input[l];
        this.#label[links] = this.#label[l];
        this.#graph[links] = this.#graph[l];
        this.#acoustic[links] = this.#acoustic[l];
        links++;
      }
    };
    for (let f = start; f < frames; f++) {
      const inside = this.#firstInside[f];
      const end = this.#linksEndOf(f);
      this.#firstLink[f] = links;
      move(inside);
      this.#firstInside[f] = links;
      move(end);
    }
    this.#tokens = tokens;
    this.#links = links;
  }

  /** The lattice of all paths within `beam` of the best. @param finals cost of ending in each token of the last frame */
  lattice(beam: number, finals: Float64Array): Lattice {
    this.prune(beam, finals);
    const frames = this.#firstToken.length;
    const last = this.#firstToken[frames - 1];
    const frame = new Int32Array(this.#tokens);
    for (let f = 0; f < frames; f++) frame.fill(f, this.#firstToken[f], this.#endOf(f));
    const final = new Float64Array(this.#tokens).fill(Number.POSITIVE_INFINITY);
    for (let t = last; t < this.#tokens; t++) if (this.#extra[t] <= beam) final[t] = finals[t - last];
    return sortLattice({
      start: 0,
      frame,
      final,
      from: this.#from.slice(0, this.#links),
      to: this.#to.slice(0, this.#links),
      input: this.#input.slice(0, this.#links),
      label: this.#label.slice(0, this.#links),
      graphCost: this.#graph.slice(0, this.#links),
      acousticCost: this.#acoustic.slice(0, this.#links),
    });
  }
}
