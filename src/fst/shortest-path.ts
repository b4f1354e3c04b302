import { HearkenError } from '../errors.js';
import { determinize } from './determinize.js';
import { Heap } from './heap.js';
import { project } from './labels.js';
import { removeEpsilon } from './remove-epsilon.js';
import { distanceToFinal } from './shortest-distance.js';
import { type Arc, VectorFst } from './vector-fst.js';

export interface ShortestPathOptions {
  /** How many paths. */
  paths?: number;
  /** Only paths that read different strings; the input is made an acceptor of what is read. */
  unique?: boolean;
}

/** A path in the making: the arc behind `before`, or the end of the whole path. */
interface Step {
  state: number;
  cost: number;
  whole: number;
  before: Step | undefined;
  arc: Arc | undefined;
}

/** The `paths` cheapest paths, as a machine that branches at its start only, best first (tropical). */
export function shortestPath(fst: VectorFst, { paths = 1, unique = false }: ShortestPathOptions = {}): VectorFst {
  if (!(Number.isInteger(paths) && paths > 0))
    throw new HearkenError('OPTION_INVALID', `${paths} is no number of paths`);
  const machine = unique ? determinize(removeEpsilon(project(fst, 'input'))) : fst;
  const onward = distanceToFinal(machine);
  const out = new VectorFst();
  out.start = out.addState();
  if (machine.start < 0) return out;
  // A*: the exact cost of the best way on makes whole paths come up in order of cost.
  const heap = new Heap<Step>((step) => step.whole);
  const ready = (step: Step): void => {
    if (Number.isFinite(step.whole)) heap.push(step);
  };
  ready({ state: machine.start, cost: 0, whole: onward[machine.start], before: undefined, arc: undefined });
  const visits = new Int32Array(machine.numStates);
  for (let found = 0; found < paths; ) {
    const step = heap.pop();
    if (!step) break;
    if (step.state < 0) {
      write(out, step, machine);
      found++;
      continue;
    }
    // No state is on the n best paths as the end of more than n best beginnings.
    if (visits[step.state]++ >= paths) continue;
    const { state, cost } = step;
    const ending = cost + machine.final(state);
    ready({ state: -1, cost: ending, whole: ending, before: step, arc: undefined });
    for (const arc of machine.arcs(state)) {
      const so = cost + arc.weight;
      ready({ state: arc.next, cost: so, whole: so + onward[arc.next], before: step, arc });
    }
  }
  return out;
}

function write(out: VectorFst, end: Step, machine: VectorFst): void {
  const arcs: Arc[] = [];
  for (let s: Step | undefined = end; s; s = s.before) if (s.arc) arcs.push(s.arc);
  let state = out.addState();
  out.addArc(out.start, 0, 0, 0, state);
  for (const { ilabel, olabel, weight } of arcs.reverse()) {
    const next = out.addState();
    out.addArc(state, ilabel, olabel, weight, next);
    state = next;
  }
  out.setFinal(state, machine.final((end.before as Step).state));
}
