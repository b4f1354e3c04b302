import {
  arcSort,
  ConstFst,
  compose,
  connect,
  determinize,
  minimize,
  pushWeights,
  SymbolTable,
  VectorFst,
} from '../fst/index.js';
import { BACK_OFF, WORD_BEGIN, WORD_END } from './labels.js';
import type { LexiconEntry } from './lexicon-fst.js';
import type { GraphOptions } from './search-graph.js';
import type { Topology } from './topology.js';

/** Labels of L's input besides phones (phone + 1): marks around every word, the grammar's back-off, homophones. */
interface Marks {
  begin: number;
  end: number;
  backOff: number;
  homophone: number;
}

/**
 * HCLG for a whole grammar: C and H around min(det(L ∘ G)), disambiguation symbols removed after determinization as in
 * Kaldi's mkgraph. For small tasks and grammars, and to check the search on the fly against; the decoder takes it with a
 * language model that costs nothing. A mark ends every word in L, so that no pronunciation begins another.
 * @param entries costs are those of pronunciations; what the word costs is the grammar's
 * @param grammar acceptor of words, back-off arcs reading BACK_OFF
 */
export function buildStaticGraph(
  entries: readonly LexiconEntry[],
  unitNames: readonly string[],
  topology: Topology,
  grammar: VectorFst,
  { silenceProbability, filler, onStep: say = () => undefined }: GraphOptions,
): ConstFst {
  const phones = new SymbolTable(['<eps>', ...unitNames]);
  const first = phones.size;
  const marks = { begin: first, end: first + 1, backOff: first + 2, homophone: first + 3 };
  say(
    `lexicon of ${entries.length} pronunciations, grammar of ${grammar.numStates} states and ${grammar.numArcs} arcs`,
  );
  const lexicon = lexiconWithSilence(entries, phones, marks, silenceProbability);
  const composed = compose(arcSort(lexicon, 'output'), arcSort(grammar), { lookAhead: true });
  say(`determinize ${composed.numStates} states, ${composed.numArcs} arcs`);
  const deterministic = connect(determinize(composed));
  say(`push and minimize ${deterministic.numStates} states`);
  const total = pushWeights(deterministic);
  const small = minimize(deterministic);
  say(`expand ${small.numStates} states, ${small.numArcs} arcs`);
  const unmarked = withoutMarks(small, marks, total);
  if (filler) addFiller(unmarked, topology, filler);
  return ConstFst.fromVector(topology.expand(unmarked));
}

/** Beside the grammar: one word that is any phones, silence among them, from the first to the last. */
function addFiller(
  fst: VectorFst,
  { units, blank }: Topology,
  { label, phoneCost }: { label: number; phoneCost: number },
): void {
  const begun = fst.addState();
  const loop = fst.addState();
  const end = fst.addState();
  fst.addArc(fst.start, 0, WORD_BEGIN, 0, begun);
  for (let phone = 0; phone < units; phone++) {
    if (phone === blank) continue;
    fst.addArc(begun, phone + 1, label, phoneCost, loop);
    fst.addArc(loop, phone + 1, 0, phoneCost, loop);
  }
  fst.addArc(loop, 0, WORD_END, 0, end);
  fst.setFinal(end);
}

/** Words in any order, silence allowed before, between and behind them. */
function lexiconWithSilence(
  entries: readonly LexiconEntry[],
  table: SymbolTable,
  marks: Marks,
  silence: number,
): VectorFst {
  const fst = new VectorFst();
  const between = fst.addState();
  const silent = fst.addState();
  const words = fst.addState();
  fst.start = between;
  fst.setFinal(between);
  fst.setFinal(silent);
  fst.addArc(between, marks.backOff, BACK_OFF, 0, between);
  fst.addArc(silent, marks.backOff, BACK_OFF, 0, silent);
  if (silence > 0) fst.addArc(between, 1, 0, -Math.log(silence), silent);
  fst.addArc(between, marks.begin, 0, -Math.log(1 - silence), words);
  fst.addArc(silent, marks.begin, 0, 0, words);
  const seen = new Map<string, number>();
  for (const { word, phones, cost } of entries) {
    const key = phones.join(' ');
    const earlier = seen.get(key) ?? 0;
    seen.set(key, earlier + 1);
    const labels = phones.map((p) => table.id(p) as number);
    if (earlier > 0) labels.push(marks.homophone + earlier - 1);
    let state = words;
    for (const [i, label] of labels.entries()) {
      const next = fst.addState();
      fst.addArc(state, label, i === 0 ? word : 0, i === 0 ? cost : 0, next);
      state = next;
    }
    fst.addArc(state, marks.end, 0, 0, between);
  }
  return fst;
}

/** Marks become the labels that word times come from; back-off and homophone symbols disappear. */
function withoutMarks(fst: VectorFst, marks: Marks, total: number): VectorFst {
  const out = new VectorFst();
  out.reserve(fst.numStates);
  const start = out.addState();
  out.start = start;
  // The cost pushed off the whole machine is paid on the way in.
  if (fst.start >= 0) out.addArc(start, 0, 0, total, fst.start);
  for (let s = 0; s < fst.numStates; s++) {
    if (fst.isFinal(s)) out.setFinal(s, fst.final(s));
    for (const { ilabel, olabel, weight, next } of fst.arcs(s)) {
      const mark = ilabel === marks.begin ? WORD_BEGIN : ilabel === marks.end ? WORD_END : 0;
      if (mark === 0) out.addArc(s, ilabel >= marks.begin ? 0 : ilabel, olabel, weight, next);
      else if (olabel === 0) out.addArc(s, 0, mark, weight, next);
      else {
        // A word that is certain only here: before its end, or after its beginning.
        const middle = out.addState();
        out.addArc(s, 0, mark === WORD_BEGIN ? mark : olabel, weight, middle);
        out.addArc(middle, 0, mark === WORD_BEGIN ? olabel : mark, 0, next);
      }
    }
  }
  return out;
}
