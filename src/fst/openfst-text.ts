import { HearkenError } from '../errors.js';
import { INFINITY_COST, VectorFst } from './vector-fst.js';

/** A text cannot ask for more states than this by naming one. */
const MAX_STATE = 10_000_000;

/** OpenFst's text: an arc or a final state a line, the start state's first. */
export function printFst(fst: VectorFst): string {
  const lines: string[] = [];
  const weightOf = (cost: number): string =>
    cost === 0 ? '' : `\t${cost === INFINITY_COST ? 'Infinity' : shortFloat(cost)}`;
  const states = [fst.start, ...Array.from({ length: fst.numStates }, (_, s) => s).filter((s) => s !== fst.start)];
  for (const s of fst.start < 0 ? [] : states) {
    for (const a of fst.arcs(s)) lines.push(`${s}\t${a.next}\t${a.ilabel}\t${a.olabel}${weightOf(a.weight)}`);
    if (Number.isFinite(fst.final(s))) lines.push(`${s}${weightOf(fst.final(s))}`);
  }
  return lines.map((l) => `${l}\n`).join('');
}

/** The shortest decimal number that is the same float32. */
function shortFloat(x: number): string {
  const wanted = Math.fround(x);
  for (let digits = 6; digits < 9; digits++) {
    const text = Number(wanted.toPrecision(digits));
    if (Math.fround(text) === wanted) return String(text);
  }
  return String(Number(wanted.toPrecision(9)));
}

/** Read OpenFst's text, labels as numbers; a line of two or three fields, `src dst label`, is an acceptor's arc. @throws FST_FORMAT naming the line */
export function compileFst(text: string): VectorFst {
  const fst = new VectorFst();
  const state = (field: string, line: number): number => {
    const s = Number(field);
    if (!/^\d+$/.test(field) || s > MAX_STATE) throw new HearkenError('FST_FORMAT', `line ${line}: state "${field}"`);
    while (fst.numStates <= s) fst.addState();
    return s;
  };
  const label = (field: string, line: number): number => {
    if (!/^\d{1,10}$/.test(field) || Number(field) > 0x7fffffff)
      throw new HearkenError('FST_FORMAT', `line ${line}: label "${field}"`);
    return Number(field);
  };
  const weight = (field: string | undefined, line: number): number => {
    if (field === undefined) return 0;
    if (field === 'Infinity') return INFINITY_COST;
    const cost = Number(field);
    if (!Number.isFinite(cost)) throw new HearkenError('FST_FORMAT', `line ${line}: weight "${field}"`);
    return Math.fround(cost);
  };
  for (const [i, raw] of text.split('\n').entries()) {
    const fields = raw.trim().split(/\s+/);
    const line = i + 1;
    if (fields[0] === '') continue;
    if (fields.length > 5) throw new HearkenError('FST_FORMAT', `line ${line}: ${fields.length} fields`);
    const from = state(fields[0], line);
    if (fst.start < 0) fst.start = from;
    if (fields.length <= 2) fst.setFinal(from, weight(fields[1], line));
    else {
      const next = state(fields[1], line);
      const ilabel = label(fields[2], line);
      fst.addArc(from, ilabel, fields.length > 3 ? label(fields[3], line) : ilabel, weight(fields[4], line), next);
    }
  }
  return fst;
}
