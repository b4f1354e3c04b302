import type { ConstFst } from '../fst/index.js';
import { FIRST_WORD } from '../graph/labels.js';

/** States with at least this many arcs are sorted every frame they are active; below, looking at all is cheaper. */
const MANY = 12;

/** Where the arcs of states with many lie in the arrays of a FanOut; the same for all decoders of a graph. */
interface Layout {
  /** By state: its number among those with many arcs, or −1. */
  number: Int32Array;
  /** By number: first arc without a word, first with one, in `arcs`. */
  begin: Int32Array;
  labelled: Int32Array;
  arcs: Int32Array;
}

const layouts = new WeakMap<ConstFst, Layout>();

/**
 * The states where words begin have dozens of arcs, and a token stands there for every recent history. What an arc without
 * a word adds to a token's cost in a frame is the same for all of them, so it is worked out and sorted once a frame, and each
 * token stops at the first arc that leads past the beam. Of 22 thousand arcs a frame 16 thousand are such ones.
 */
export class FanOut {
  /** Arcs by state, those without a word first and, once prepared, in ascending order of `cost`. */
  readonly arcs: Int32Array;
  /** Graph plus acoustic cost of the arcs without a word. */
  readonly cost: Float64Array;
  #layout: Layout;
  #preparedFor: Int32Array;

  constructor(graph: ConstFst) {
    let layout = layouts.get(graph);
    if (!layout) layouts.set(graph, (layout = layoutOf(graph)));
    this.#layout = layout;
    this.arcs = layout.arcs.slice();
    this.cost = new Float64Array(this.arcs.length);
    this.#preparedFor = new Int32Array(layout.begin.length).fill(-1);
  }

  /** Number of a state among those with many arcs; −1 for others. */
  number(state: number): number {
    return this.#layout.number[state];
  }

  /** The arcs without a word are those from begin to labelled, the others from there to the next begin. */
  begin(number: number): number {
    return this.#layout.begin[number];
  }

  labelled(number: number): number {
    return this.#layout.labelled[number];
  }

  /** Forget what was prepared, as frames are counted anew. */
  clear(): void {
    this.#preparedFor.fill(-1);
  }

  prepare(number: number, frame: number, graph: ConstFst, scores: Float32Array, at: number): void {
    if (this.#preparedFor[number] === frame) return;
    this.#preparedFor[number] = frame;
    const { arcs, cost } = this;
    const begin = this.#layout.begin[number];
    const end = this.#layout.labelled[number];
    // Insertion sort: the order of the frame before is nearly right.
    for (let i = begin; i < end; i++) {
      const arc = arcs[i];
      const c = graph.weights[arc] - scores[at + graph.ilabels[arc] - 1];
      let k = i;
      for (; k > begin && cost[k - 1] > c; k--) {
        cost[k] = cost[k - 1];
        arcs[k] = arcs[k - 1];
      }
      cost[k] = c;
      arcs[k] = arc;
    }
  }
}

function layoutOf(graph: ConstFst): Layout {
  const { first, epsilonEnd, olabels } = graph;
  const number = new Int32Array(graph.numStates).fill(-1);
  const begin: number[] = [];
  const labelled: number[] = [];
  const arcs: number[] = [];
  for (let s = 0; s < graph.numStates; s++) {
    if (first[s + 1] - epsilonEnd[s] < MANY) continue;
    number[s] = begin.length;
    begin.push(arcs.length);
    for (let a = epsilonEnd[s]; a < first[s + 1]; a++) if (olabels[a] < FIRST_WORD) arcs.push(a);
    labelled.push(arcs.length);
    for (let a = epsilonEnd[s]; a < first[s + 1]; a++) if (olabels[a] >= FIRST_WORD) arcs.push(a);
  }
  begin.push(arcs.length);
  return { number, begin: Int32Array.from(begin), labelled: Int32Array.from(labelled), arcs: Int32Array.from(arcs) };
}
