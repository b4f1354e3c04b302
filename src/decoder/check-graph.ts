import { HearkenError } from '../errors.js';
import type { ConstFst } from '../fst/index.js';

/** Highest input label of the graphs that were found sound: a graph is looked through once, not once a stream. */
const checked = new WeakMap<ConstFst, number>();

/**
 * A graph the search can walk: input labels within the scores, and no cycle without input, in which it might go round for ever.
 * @throws FST_INVALID
 */
export function checkGraph(graph: ConstFst, width: number): void {
  let top = checked.get(graph);
  if (top === undefined) {
    top = graph.ilabels.reduce((m, l) => Math.max(m, l), 0);
    checkEpsilons(graph);
    checked.set(graph, top);
  }
  if (top > width)
    throw new HearkenError('FST_INVALID', `the graph has input label ${top}, scores have ${width} columns`);
}

/** Remove states no epsilon arc leads to until none are left (Kahn 1962). */
function checkEpsilons({ first, epsilonEnd, nexts, numStates }: ConstFst): void {
  const into = new Int32Array(numStates);
  for (let s = 0; s < numStates; s++) for (let a = first[s]; a < epsilonEnd[s]; a++) into[nexts[a]]++;
  const free: number[] = [];
  for (let s = 0; s < numStates; s++) if (into[s] === 0) free.push(s);
  let seen = 0;
  for (let s = free.pop(); s !== undefined; s = free.pop()) {
    seen++;
    for (let a = first[s]; a < epsilonEnd[s]; a++) if (--into[nexts[a]] === 0) free.push(nexts[a]);
  }
  if (seen < numStates) {
    const state = into.findIndex((n) => n > 0);
    throw new HearkenError('FST_INVALID', `the graph has a cycle without input, near state ${state}`);
  }
}
