import { HearkenError } from '../errors.js';
import { COMPACT_LATTICE, type CompactLatticeWeight } from './gallic.js';
import { FstReader, FstWriter } from './openfst-bytes.js';
import { INFINITY_COST, LATTICE, type LatticeWeight, type Semiring } from './semiring.js';
import { VectorFst } from './vector-fst.js';

export type RawLattice = VectorFst<LatticeWeight>;
export type CompactLattice = VectorFst<CompactLatticeWeight>;

/** A lattice of an archive with the utterance it is of. */
export interface KeyedLattice<L> {
  key: string;
  lattice: L;
}

const FST_MAGIC = 2125659606;
/** Vector files state that they are expanded and mutable; the other properties stay unknown. */
const PROPERTIES = 3n;
/** A line of text names two states at most; numbers may have so many gaps besides. */
const MAX_GAPS = 100;
const SPACE = 0x20;
const NEW_LINE = 0x0a;

/** How a kind of weight is written: what Kaldi calls it, and its two forms. */
interface Form<W> {
  arcType: string;
  semiring: Semiring<W>;
  /** An acceptor has one label an arc in text. */
  acceptor: boolean;
  minBytes: number;
  read(reader: FstReader): W;
  write(writer: FstWriter, weight: W): void;
  print(weight: W): string;
  parse(text: string): W | undefined;
}

const number = (text: string | undefined): number =>
  text === 'Infinity' ? INFINITY_COST : text?.trim() ? Number(text) : Number.NaN;

const RAW: Form<LatticeWeight> = {
  arcType: 'lattice4',
  semiring: LATTICE,
  acceptor: false,
  minBytes: 8,
  read: (reader) => [reader.float('weight'), reader.float('weight')],
  write(writer, [graph, acoustic]) {
    writer.float(graph);
    writer.float(acoustic);
  },
  print: ([graph, acoustic]) => `${graph},${acoustic}`,
  parse(text) {
    const parts = text.split(',').map(number);
    return parts.length === 2 && !parts.some(Number.isNaN) ? [parts[0], parts[1]] : undefined;
  },
};

const COMPACT: Form<CompactLatticeWeight> = {
  arcType: 'compactlattice44',
  semiring: COMPACT_LATTICE,
  acceptor: true,
  minBytes: 12,
  read(reader) {
    const weight = RAW.read(reader);
    const count = reader.int32('string length');
    if (count < 0 || count * 4 > reader.left)
      throw new HearkenError('FST_FORMAT', `a string of ${count} labels does not fit the file`);
    const labels = Array.from({ length: count }, () => reader.int32('string'));
    return LATTICE.isZero(weight) ? COMPACT_LATTICE.zero : { labels, weight };
  },
  write(writer, { labels = [], weight }) {
    RAW.write(writer, weight);
    writer.int32(labels.length);
    for (const label of labels) writer.int32(label);
  },
  print: ({ labels = [], weight }) => `${RAW.print(weight)},${labels.join('_')}`,
  parse(text) {
    const [graph, acoustic, string = ''] = text.split(',');
    const weight = RAW.parse(`${graph},${acoustic}`);
    const labels = string === '' ? [] : string.split('_').map(Number);
    return weight && labels.every((l) => Number.isInteger(l)) ? { labels, weight } : undefined;
  },
};

/** Kaldi's lattice archives (ark), binary or text; `lattice` names the form. */
export const rawLattices = archive(RAW);
/** The same for compact lattices, what Kaldi's decoders write: words on the arcs, transition ids in the weights. */
export const compactLattices = archive(COMPACT);

function archive<W>(form: Form<W>) {
  type L = VectorFst<W>;
  return {
    /** @throws FST_FORMAT saying what and where */
    read(bytes: Uint8Array): KeyedLattice<L>[] {
      const out: KeyedLattice<L>[] = [];
      for (let at = 0; at < bytes.length; ) {
        // A key ends in a space before a binary lattice, in a new line before text.
        let end = at;
        while (end < bytes.length && bytes[end] !== SPACE && bytes[end] !== NEW_LINE) end++;
        if (end === bytes.length) break;
        const key = Buffer.from(bytes.subarray(at, end)).toString();
        const binary = bytes[end] === SPACE && bytes[end + 1] === (FST_MAGIC & 255);
        const { lattice, next } = binary ? readBinary(form, bytes, end + 1) : readText(form, bytes, end);
        if (key.trim() !== '') out.push({ key: key.trim(), lattice });
        at = next;
      }
      return out;
    },
    binary: (lattices: readonly KeyedLattice<L>[]): Uint8Array =>
      Buffer.concat(lattices.flatMap(({ key, lattice }) => [Buffer.from(`${key} `), writeBinary(form, lattice)])),
    text: (lattices: readonly KeyedLattice<L>[]): string =>
      lattices.map(({ key, lattice }) => `${key} \n${print(form, lattice)}\n`).join(''),
  };
}

function readBinary<W>(form: Form<W>, bytes: Uint8Array, at: number): { lattice: VectorFst<W>; next: number } {
  const reader = new FstReader(bytes, at);
  if (reader.int32('magic') !== FST_MAGIC) throw new HearkenError('FST_FORMAT', `no lattice at byte ${at}`);
  const type = reader.text('type');
  const arcType = reader.text('arc type');
  if (type !== 'vector' || arcType !== form.arcType)
    throw new HearkenError('FST_FORMAT', `a ${type} of ${arcType} arcs where a vector of ${form.arcType} arcs belongs`);
  reader.int32('version');
  if (reader.int32('flags') !== 0) throw new HearkenError('FST_FORMAT', 'a lattice with symbol tables');
  reader.bits('properties');
  const start = reader.int64('start state');
  const states = reader.int64('number of states');
  reader.int64('number of arcs');
  if (states < 0 || states * (form.minBytes + 8) > reader.left)
    throw new HearkenError('FST_FORMAT', `${states} states do not fit the file`);
  const lattice = new VectorFst(form.semiring);
  lattice.reserve(states);
  if (start < -1 || start >= states) throw new HearkenError('FST_FORMAT', `start state ${start} is none`);
  lattice.start = start;
  for (let s = 0; s < states; s++) {
    lattice.setFinal(s, form.read(reader));
    const arcs = reader.int64(`state ${s}`);
    if (arcs < 0 || arcs * (form.minBytes + 12) > reader.left)
      throw new HearkenError('FST_FORMAT', `${arcs} arcs of state ${s} do not fit the file`);
    for (let a = 0; a < arcs; a++) {
      const ilabel = reader.int32('arc');
      const olabel = reader.int32('arc');
      const weight = form.read(reader);
      const next = reader.int32('arc');
      if (next < 0 || next >= states)
        throw new HearkenError('FST_FORMAT', `an arc of state ${s} leads to state ${next} of ${states}`);
      lattice.addArc(s, ilabel, olabel, weight, next);
    }
  }
  return { lattice, next: reader.position };
}

function writeBinary<W>(form: Form<W>, lattice: VectorFst<W>): Uint8Array {
  const writer = new FstWriter();
  writer.int32(FST_MAGIC);
  writer.text('vector');
  writer.text(form.arcType);
  writer.int32(2);
  writer.int32(0);
  writer.int64(PROPERTIES);
  writer.int64(lattice.start);
  writer.int64(lattice.numStates);
  writer.int64(0);
  for (let s = 0; s < lattice.numStates; s++) {
    form.write(writer, lattice.final(s));
    writer.int64(lattice.arcs(s).length);
    for (const { ilabel, olabel, weight, next } of lattice.arcs(s)) {
      writer.int32(ilabel);
      writer.int32(olabel);
      form.write(writer, weight);
      writer.int32(next);
    }
  }
  return writer.bytes();
}

/** The text form; the start state must come first in it, so it is state 0 for whoever reads it. */
function print<W>(form: Form<W>, lattice: VectorFst<W>): string {
  const lines: string[] = [];
  const all = Array.from({ length: lattice.numStates }, (_, s) => s);
  for (const s of lattice.start < 0 ? [] : [lattice.start, ...all.filter((q) => q !== lattice.start)]) {
    for (const { ilabel, olabel, weight, next } of lattice.arcs(s))
      lines.push(`${s}\t${next}\t${ilabel}${form.acceptor ? '' : `\t${olabel}`}\t${form.print(weight)}`);
    if (lattice.isFinal(s)) lines.push(`${s}\t${form.print(lattice.final(s))}`);
  }
  return lines.map((l) => `${l}\n`).join('');
}

function readText<W>(form: Form<W>, bytes: Uint8Array, at: number): { lattice: VectorFst<W>; next: number } {
  // The rest of the key's line, then lines up to an empty one.
  const lines: { text: string; begin: number }[] = [];
  let next = at;
  for (let line = 0; next < bytes.length; line++) {
    const begin = next;
    const stop = bytes.indexOf(NEW_LINE, begin);
    const end = stop < 0 ? bytes.length : stop;
    next = end + 1;
    const text = Buffer.from(bytes.subarray(begin, end)).toString().trim();
    if (text !== '') lines.push({ text, begin });
    else if (line > 0) break;
  }
  const lattice = new VectorFst(form.semiring);
  const maxState = 2 * lines.length + MAX_GAPS;
  for (const { text, begin } of lines)
    parseLine(form, lattice, text.split(/\s+/), maxState, `"${text}" at byte ${begin}`);
  return { lattice, next };
}

function parseLine<W>(form: Form<W>, lattice: VectorFst<W>, fields: string[], maxState: number, where: string): void {
  const fail = (what: string): never => {
    throw new HearkenError('FST_FORMAT', `${what}: ${where}`);
  };
  const whole = (field: string | undefined, limit: number): number => {
    if (!/^\d+$/.test(field ?? '') || Number(field) > limit) fail(`"${field}" is no number of a state or label`);
    return Number(field);
  };
  const weight = (field: string | undefined): W => {
    if (field === undefined) return form.semiring.one;
    return form.parse(field) ?? fail(`"${field}" is no weight`);
  };
  const state = whole(fields[0], maxState);
  lattice.reserve(state + 1);
  if (lattice.start < 0) lattice.start = state;
  const labels = form.acceptor ? 1 : 2;
  if (fields.length <= 2) {
    lattice.setFinal(state, weight(fields[1]));
    return;
  }
  if (fields.length < 2 + labels || fields.length > 3 + labels) fail(`${fields.length} fields`);
  const next = whole(fields[1], maxState);
  lattice.reserve(next + 1);
  const ilabel = whole(fields[2], 0x7fffffff);
  const olabel = form.acceptor ? ilabel : whole(fields[3], 0x7fffffff);
  lattice.addArc(state, ilabel, olabel, weight(fields[2 + labels]), next);
}
