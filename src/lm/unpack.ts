import { section } from '../binary/sections.js';
import { type BackoffModel, suffixes } from './kneser-ney.js';
import type { NgramTable } from './ngram-counts.js';
import { offsets } from './ngram-counts.js';
import { COST_STEP, type NgramLm, NO_COST } from './ngram-lm.js';

/**
 * A packed model as a back-off model again, to be mixed with others; costs come back as exactly as they were kept.
 * @param vocabulary words it shall have, its own first; those it lacks are never foretold by it
 */
export function unpackLm(lm: NgramLm, vocabulary = lm.vocabulary): BackoffModel {
  const sections = lm.toSections();
  const unigramCost = section(sections, 'unigramCost', Uint16Array);
  const unigramNext = section(sections, 'unigramNext', Uint32Array);
  const arcStart = section(sections, 'arcStart', Uint32Array);
  const arcWord = section(sections, 'arcWord', Uint32Array);
  const arcCost = section(sections, 'arcCost', Uint16Array);
  const arcNext = section(sections, 'arcNext', Uint32Array);
  const backoffCost = section(sections, 'backoffCost', Float32Array);

  const chance = (cost: number): number => (cost === NO_COST ? 0 : Math.exp(-cost * COST_STEP));
  const words = Array.from({ length: vocabulary }, (_, w) => w);
  const known = unigramCost.length;
  const tables: NgramTable[] = [
    {
      context: new Uint32Array(vocabulary),
      word: Uint32Array.from(words),
      count: new Float64Array(vocabulary),
      childStart: Uint32Array.of(0, vocabulary),
    },
  ];
  const prob = [Float64Array.from(words, (w) => (w < known ? chance(unigramCost[w]) : 0))];
  const backoff: Float64Array[] = [];
  // States are numbered by the length of their context: a following state past all of a length is one word longer.
  let own = Int32Array.from(words, (w) => (w < known ? unigramNext[w] : 0));
  for (let n = 1; n < lm.order; n++) {
    const top = own.reduce((most, s) => Math.max(most, s), 0);
    backoff.push(Float64Array.from(own, (s) => (s > 0 ? Math.exp(-backoffCost[s]) : 1)));
    const context: number[] = [];
    const arcs: number[] = [];
    for (const [entry, s] of own.entries()) {
      if (s === 0) continue;
      for (let a = arcStart[s]; a < arcStart[s + 1]; a++) {
        context.push(entry);
        arcs.push(a);
      }
    }
    const contexts = Uint32Array.from(context);
    tables.push({
      context: contexts,
      word: Uint32Array.from(arcs, (a) => arcWord[a]),
      count: new Float64Array(arcs.length),
      childStart: offsets(contexts, own.length),
    });
    prob.push(Float64Array.from(arcs, (a) => chance(arcCost[a])));
    own = Int32Array.from(arcs, (a) => (arcNext[a] > top ? arcNext[a] : 0));
  }
  backoff.push(new Float64Array(own.length).fill(1));
  return { tables, prob, backoff, suffix: suffixes(tables) };
}
