import { HearkenError } from '../errors.js';
import { INFINITY_COST } from './semiring.js';
import { VectorFst } from './vector-fst.js';

/** A line names two states at most; numbers may have gaps, but a short text cannot ask for more states than this by naming one. */
const MAX_GAPS = 100_000;

/** Names of labels in a text, each side its own. */
export interface TextSymbols {
  inputs?: ReadonlyMap<string, number>;
  outputs?: ReadonlyMap<string, number>;
}

/** OpenFst's text: an arc or a final state a line, the start state's first. @throws FST_FORMAT for a label without a name */
export function printFst(fst: VectorFst, { inputs, outputs }: TextSymbols = {}): string {
  const lines: string[] = [];
  const input = namer(inputs);
  const output = namer(outputs);
  const weightOf = (cost: number): string =>
    cost === 0 ? '' : `\t${cost === INFINITY_COST ? 'Infinity' : shortFloat(cost)}`;
  const states = [fst.start, ...Array.from({ length: fst.numStates }, (_, s) => s).filter((s) => s !== fst.start)];
  for (const s of fst.start < 0 ? [] : states) {
    for (const a of fst.arcs(s))
      lines.push(`${s}\t${a.next}\t${input(a.ilabel)}\t${output(a.olabel)}${weightOf(a.weight)}`);
    if (Number.isFinite(fst.final(s))) lines.push(`${s}${weightOf(fst.final(s))}`);
  }
  return lines.map((l) => `${l}\n`).join('');
}

function namer(symbols: ReadonlyMap<string, number> | undefined): (label: number) => string {
  if (!symbols) return String;
  const names = new Map([...symbols].map(([name, label]) => [label, name]));
  return (label) => {
    const name = names.get(label);
    if (name === undefined) throw new HearkenError('FST_FORMAT', `label ${label} has no name in the symbol table`);
    return name;
  };
}

/** A symbol table as text, `name label` a line. @throws FST_FORMAT naming the line */
export function parseSymbols(text: string): Map<string, number> {
  const out = new Map<string, number>();
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const [name, label, ...more] = line.trim().split(/\s+/);
    if (!/^\d{1,10}$/.test(label ?? '') || more.length > 0 || Number(label) > 0x7fffffff)
      throw new HearkenError('FST_FORMAT', `line ${i + 1}: "${line}" is not a name and a label`);
    out.set(name, Number(label));
  }
  return out;
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
export function compileFst(text: string, { inputs, outputs }: TextSymbols = {}): VectorFst {
  const fst = new VectorFst();
  const lines = text.split('\n');
  const state = (field: string, line: number): number => {
    const s = Number(field);
    if (!/^\d+$/.test(field)) throw new HearkenError('FST_FORMAT', `line ${line}: state "${field}"`);
    if (s > 2 * lines.length + MAX_GAPS)
      throw new HearkenError('FST_FORMAT', `line ${line}: state "${field}" is too far beyond the others`);
    while (fst.numStates <= s) fst.addState();
    return s;
  };
  const label = (field: string, line: number, symbols: ReadonlyMap<string, number> | undefined): number => {
    if (symbols) {
      const named = symbols.get(field);
      if (named === undefined) throw new HearkenError('FST_FORMAT', `line ${line}: symbol "${field}" is in no table`);
      return named;
    }
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
  for (const [i, raw] of lines.entries()) {
    const fields = raw.trim().split(/\s+/);
    const line = i + 1;
    if (fields[0] === '') continue;
    if (fields.length > 5) throw new HearkenError('FST_FORMAT', `line ${line}: ${fields.length} fields`);
    const from = state(fields[0], line);
    if (fst.start < 0) fst.start = from;
    if (fields.length <= 2) fst.setFinal(from, weight(fields[1], line));
    else {
      const next = state(fields[1], line);
      const ilabel = label(fields[2], line, inputs);
      fst.addArc(
        from,
        ilabel,
        fields.length > 3 ? label(fields[3], line, outputs) : label(fields[2], line, outputs ?? inputs),
        weight(fields[4], line),
        next,
      );
    }
  }
  return fst;
}
