import { HearkenError } from '../errors.js';
import { VectorFst } from '../fst/index.js';
import { BACK_OFF } from './labels.js';

/**
 * An acceptor in which no state has two arcs of one label: behind the second and each further one that leads elsewhere as many
 * BACK_OFF arcs tell its way from the others. For grammars that say the same words in ways whose weights drift apart, which
 * no deterministic acceptor can hold; with the marks their composition with a lexicon can be determinized.
 * @throws FST_LIMIT past `maxStates`: ways of one label take states by their square
 */
export function disambiguate(fst: VectorFst, maxStates: number): VectorFst {
  const out = new VectorFst();
  out.reserve(fst.numStates);
  out.start = fst.start;
  for (let s = 0; s < fst.numStates; s++) {
    if (fst.isFinal(s)) out.setFinal(s, fst.final(s));
    const ways = new Map<number, number>();
    const cheapestFirst = [...fst.arcs(s)].sort((a, b) => a.weight - b.weight);
    const led = new Set<string>();
    for (const { ilabel, weight, next } of cheapestFirst) {
      const way = `${ilabel} ${next}`;
      if (led.has(way)) continue;
      led.add(way);
      const earlier = ways.get(ilabel) ?? 0;
      ways.set(ilabel, earlier + 1);
      let [from, label, cost] = [s, ilabel, weight];
      for (let mark = 0; mark < earlier; mark++) {
        if (out.numStates >= maxStates)
          throw new HearkenError('FST_LIMIT', `telling the ways of a grammar apart passed ${maxStates} states`);
        const to = out.addState();
        out.addArc(from, label, label, cost, to);
        [from, label, cost] = [to, BACK_OFF, 0];
      }
      out.addArc(from, label, label, cost, next);
    }
  }
  return out;
}
