import { ConstFst } from '../fst/index.js';
import { WORD_BEGIN, WORD_END } from './labels.js';
import type { LexiconEntry } from './lexicon-fst.js';
import { columnLabel, type Topology } from './topology.js';

const SILENCE = 0;

/** Where words begin and end in a graph of buildSearchGraph, by the phone before: −1 where none of its words ends in it. */
export interface WordSlots {
  begins: Int32Array;
  ends: Int32Array;
  /** What the way into a word costs already. */
  perWord: number;
}

/** Find where words begin and end. A state is split by the last phone, so each has one. */
export function wordSlots(graph: ConstFst, topology: Topology): WordSlots {
  const { first, ilabels, olabels, weights, nexts, numStates } = graph;
  const phoneBehind = new Int32Array(numStates).fill(-1);
  const begins = new Int32Array(topology.units).fill(-1);
  const ends = new Int32Array(topology.units).fill(-1);
  let perWord = Number.POSITIVE_INFINITY;
  const queue = [graph.start];
  phoneBehind[graph.start] = SILENCE;
  ends[SILENCE] = graph.start;
  for (let s = queue.pop(); s !== undefined; s = queue.pop()) {
    for (let a = first[s]; a < first[s + 1]; a++) {
      const to = nexts[a];
      const unit = ilabels[a] === 0 ? -1 : topology.unitOf(ilabels[a] - 1);
      const phone = unit < 0 ? phoneBehind[s] : unit;
      if (olabels[a] === WORD_BEGIN) {
        begins[phone] = to;
        perWord = Math.min(perWord, weights[a]);
      } else if (olabels[a] === WORD_END) ends[phone] = to;
      if (phoneBehind[to] >= 0) continue;
      phoneBehind[to] = phone;
      queue.push(to);
    }
  }
  return { begins, ends, perWord };
}

/** Words that begin alike share their states, and the cost of the cheapest is paid as early as possible. */
interface Node {
  children: Map<number, Node>;
  words: { label: number; cost: number }[];
  /** Of the cheapest word below. */
  cost: number;
  /** Its states, by the column they are entered through. */
  states: Map<number, number>;
}

const newNode = (): Node => ({ children: new Map(), words: [], cost: Number.POSITIVE_INFINITY, states: new Map() });

interface Arc {
  ilabel: number;
  olabel: number;
  weight: number;
  next: number;
}

/**
 * A dictation graph with more words: a copy in which a tree of the new ones hangs beside its own, so that nothing is built
 * again. Copying takes milliseconds.
 * @param entries pronunciations of the new words; costs are those of the word (its unigram cost) and the pronunciation
 * @param unitNames names of the units, silence first
 */
export function extendGraph(
  graph: ConstFst,
  slots: WordSlots,
  topology: Topology,
  unitNames: readonly string[],
  entries: readonly LexiconEntry[],
): ConstFst {
  const root = treeOf(entries, unitNames, slots.perWord);
  const arcs: Arc[][] = [];
  const addState = (): number => graph.numStates + arcs.push([]) - 1;
  const arcsOf = (state: number): Arc[] => arcs[state - graph.numStates];
  const endings = new Map<number, number>();
  /** The state behind a word's label, from which it ends. */
  const ending = (phone: number): number => {
    let state = endings.get(phone);
    if (state === undefined) {
      endings.set(phone, (state = addState()));
      // Where no word of the graph ends in this phone, what follows is heard as behind silence.
      const next = slots.ends[phone] >= 0 ? slots.ends[phone] : slots.ends[SILENCE];
      arcsOf(state).push({ ilabel: 0, olabel: WORD_END, weight: 0, next });
    }
    return state;
  };
  /** The state of a node for `unit`, entered after `left`. */
  const write = (node: Node, unit: number, left: number, column: number): number => {
    const known = node.states.get(column);
    if (known !== undefined) return known;
    const state = addState();
    node.states.set(column, state);
    const own = arcsOf(state);
    for (const { label, cost } of node.words)
      own.push({ ilabel: 0, olabel: label, weight: cost - node.cost, next: ending(unit) });
    const stay = topology.stay(unit, left);
    if (stay) own.push({ ilabel: columnLabel(stay.column), olabel: 0, weight: stay.cost, next: state });
    if (node.children.size > 0) addChildren(node, unit, state);
    return state;
  };
  /** Arcs into the children of a node, after blanks where the topology has them. */
  const addChildren = (node: Node, unit: number, state: number): void => {
    const own = arcsOf(state);
    const ways = (at: Arc[], but?: number): void => {
      for (const [child, below] of node.children) if (child !== but) at.push(enter(below, child, unit, node.cost));
    };
    const { blank } = topology;
    if (blank === undefined) {
      ways(own);
      return;
    }
    const between = addState();
    arcsOf(between).push({ ilabel: columnLabel(blank), olabel: 0, weight: 0, next: between });
    ways(arcsOf(between));
    own.push({ ilabel: columnLabel(blank), olabel: 0, weight: 0, next: between });
    // Two equal units need a blank between them.
    ways(own, unit);
  };
  const enter = (node: Node, unit: number, left: number, paid: number): Arc => {
    const { column, cost } = topology.enter(unit, left);
    const next = write(node, unit, left, column);
    return { ilabel: columnLabel(column), olabel: 0, weight: node.cost - paid + cost, next };
  };
  const added = new Map<number, Arc[]>();
  for (const [left, begin] of slots.begins.entries()) {
    if (begin < 0) continue;
    added.set(
      begin,
      [...root.children].map(([unit, node]) => enter(node, unit, left, 0)),
    );
  }
  return withArcs(graph, added, arcs);
}

function treeOf(entries: readonly LexiconEntry[], unitNames: readonly string[], perWord: number): Node {
  const root = newNode();
  const ids = new Map(unitNames.map((name, i) => [name, i]));
  for (const { word, phones, cost } of entries) {
    let node = root;
    for (const name of phones) {
      const phone = ids.get(name) as number;
      let child = node.children.get(phone);
      if (!child) node.children.set(phone, (child = newNode()));
      child.cost = Math.min(child.cost, cost - perWord);
      node = child;
    }
    node.words.push({ label: word, cost: cost - perWord });
  }
  return root;
}

/** A copy of `graph` with arcs added behind those of some of its states, and new states. */
function withArcs(graph: ConstFst, added: ReadonlyMap<number, readonly Arc[]>, states: readonly Arc[][]): ConstFst {
  const lists = [...added.values(), ...states];
  const more = lists.reduce((sum, list) => sum + list.length, 0);
  const numStates = graph.numStates + states.length;
  const arcs = graph.numArcs + more;
  const out = {
    first: new Uint32Array(numStates + 1),
    epsilonEnd: new Uint32Array(numStates),
    finals: new Float32Array(numStates).fill(Number.POSITIVE_INFINITY),
    ilabels: new Int32Array(arcs),
    olabels: new Int32Array(arcs),
    weights: new Float32Array(arcs),
    nexts: new Uint32Array(arcs),
  };
  out.finals.set(graph.finals);
  let at = 0;
  const put = ({ ilabel, olabel, weight, next }: Arc): void => {
    out.ilabels[at] = ilabel;
    out.olabels[at] = olabel;
    out.weights[at] = weight;
    out.nexts[at++] = next;
  };
  // Stretches between the states that gain arcs are copied whole.
  let from = 0;
  for (const state of [...[...added.keys()].sort((a, b) => a - b), graph.numStates - 1]) {
    const [begin, end] = [graph.first[from], graph.first[state + 1]];
    for (const name of ['ilabels', 'olabels', 'weights', 'nexts'] as const)
      out[name].set(graph[name].subarray(begin, end), at);
    for (let s = from; s <= state; s++) {
      out.first[s] = graph.first[s] - begin + at;
      out.epsilonEnd[s] = graph.epsilonEnd[s] - begin + at;
    }
    at += end - begin;
    from = state + 1;
    for (const arc of added.get(state) ?? []) put(arc);
  }
  for (const [i, own] of states.entries()) {
    const s = graph.numStates + i;
    out.first[s] = at;
    for (const arc of own) if (arc.ilabel === 0) put(arc);
    out.epsilonEnd[s] = at;
    for (const arc of own) if (arc.ilabel !== 0) put(arc);
  }
  out.first[numStates] = at;
  return new ConstFst({ kind: ConstFst.KIND, facts: { start: graph.start }, arrays: out });
}
