import type { VectorFst } from './vector-fst.js';

/** A drawing for Graphviz: states left to right, arcs `input:output/cost`, final states doubly ringed. */
export function drawFst(fst: VectorFst): string {
  const cost = (c: number): string => (c === 0 ? '' : `/${Number(c.toPrecision(6))}`);
  const lines = ['digraph fst {', 'rankdir = LR;', 'node [shape = circle];'];
  for (let s = 0; s < fst.numStates; s++) {
    const shape = fst.isFinal(s) ? ', shape = doublecircle' : '';
    const style = s === fst.start ? ', style = bold' : '';
    lines.push(`${s} [label = "${s}${fst.isFinal(s) ? cost(fst.final(s)) : ''}"${shape}${style}];`);
    for (const a of fst.arcs(s)) lines.push(`${s} -> ${a.next} [label = "${a.ilabel}:${a.olabel}${cost(a.weight)}"];`);
  }
  return `${lines.join('\n')}\n}\n`;
}
