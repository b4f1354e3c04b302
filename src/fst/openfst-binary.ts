import { HearkenError } from '../errors.js';
import { FstReader, FstWriter } from './openfst-bytes.js';
import { properties, propertyBits } from './properties.js';
import { VectorFst } from './vector-fst.js';

const FST_MAGIC = 2125659606;
const SYMBOLS_MAGIC = 2125658996;
const HAS_INPUT_SYMBOLS = 1;
const HAS_OUTPUT_SYMBOLS = 2;
const ALIGNED = 4;
const ARC_BYTES = 16;
/** Properties every vector and const file has: expanded; mutable where it is a vector. The others may be left unknown. */
const EXPANDED = 1n;
const MUTABLE = 2n;

/** Symbols as OpenFst keeps them: any name for any label. */
export interface OpenFstSymbols {
  name: string;
  availableKey: bigint;
  entries: [symbol: string, label: bigint][];
}

/** A transducer with what an OpenFst file says of it. */
export interface OpenFstFile {
  fst: VectorFst;
  type: 'vector' | 'const';
  /** OpenFst's property bits; those unknown are 0. */
  properties: bigint;
  /** Whether states and arcs lie on 16-byte boundaries. */
  aligned: boolean;
  inputSymbols?: OpenFstSymbols;
  outputSymbols?: OpenFstSymbols;
}

/** Read an OpenFst `vector` or `const` file of standard (tropical) arcs. @throws FST_FORMAT saying what and where */
export function readOpenFst(bytes: Uint8Array): OpenFstFile {
  const reader = new FstReader(bytes);
  if (reader.left < 4 || reader.int32('magic') !== FST_MAGIC)
    throw new HearkenError('FST_FORMAT', 'not an OpenFst file: its first four bytes are others');
  const type = reader.text('type');
  const arcType = reader.text('arc type');
  if (type !== 'vector' && type !== 'const')
    throw new HearkenError('FST_FORMAT', `FST type "${type}" is not read: vector and const are`);
  if (arcType !== 'standard') throw new HearkenError('FST_FORMAT', `arc type "${arcType}" is not read: standard is`);
  const version = reader.int32('version');
  const flags = reader.int32('flags');
  const properties = reader.bits('properties');
  const start = reader.int64('start state');
  const states = reader.int64('number of states');
  const arcs = reader.int64('number of arcs');
  const inputSymbols = flags & HAS_INPUT_SYMBOLS ? readSymbols(reader) : undefined;
  const outputSymbols = flags & HAS_OUTPUT_SYMBOLS ? readSymbols(reader) : undefined;
  const aligned = (flags & ALIGNED) !== 0 || (type === 'const' && version === 1);
  const fst = type === 'vector' ? readVector(reader, states) : readConst(reader, states, arcs, aligned);
  if (start < -1 || start >= fst.numStates) throw new HearkenError('FST_FORMAT', `start state ${start} is none`);
  fst.start = start;
  for (let s = 0; s < fst.numStates; s++)
    for (const { next } of fst.arcs(s))
      if (next < 0 || next >= fst.numStates)
        throw new HearkenError('FST_FORMAT', `an arc of state ${s} leads to state ${next} of ${fst.numStates}`);
  return {
    fst,
    type,
    properties,
    aligned,
    ...(inputSymbols && { inputSymbols }),
    ...(outputSymbols && { outputSymbols }),
  };
}

function readSymbols(reader: FstReader): OpenFstSymbols {
  if (reader.int32('symbol table magic') !== SYMBOLS_MAGIC)
    throw new HearkenError('FST_FORMAT', 'damaged symbol table');
  const name = reader.text('symbol table name');
  const availableKey = reader.key('symbol table key');
  const count = reader.int64('number of symbols');
  // A symbol takes at least 12 bytes: more of them than the file can hold are not begun.
  if (count < 0 || count * 12 > reader.left)
    throw new HearkenError('FST_FORMAT', `${count} symbols do not fit the file`);
  const entries: [string, bigint][] = [];
  for (let i = 0; i < count; i++) entries.push([reader.text('symbol'), reader.key('label')]);
  return { name, availableKey, entries };
}

function readArc(reader: FstReader, fst: VectorFst, state: number): void {
  const ilabel = reader.int32('arc');
  const olabel = reader.int32('arc');
  const weight = reader.float('arc');
  fst.addArc(state, ilabel, olabel, weight, reader.int32('arc'));
}

function readVector(reader: FstReader, states: number): VectorFst {
  const fst = new VectorFst();
  // −1 states: written to a pipe, read to the end.
  for (let s = 0; states < 0 ? reader.left > 0 : s < states; s++) {
    fst.addState();
    fst.setFinal(s, reader.float(`state ${s}`));
    const arcs = reader.int64(`state ${s}`);
    if (arcs < 0 || arcs * ARC_BYTES > reader.left)
      throw new HearkenError('FST_FORMAT', `${arcs} arcs of state ${s} do not fit the file`);
    for (let a = 0; a < arcs; a++) readArc(reader, fst, s);
  }
  return fst;
}

function readConst(reader: FstReader, states: number, arcs: number, aligned: boolean): VectorFst {
  const fst = new VectorFst();
  if (states < 0 || arcs < 0 || states * 20 + arcs * ARC_BYTES > reader.left)
    throw new HearkenError('FST_FORMAT', `${states} states and ${arcs} arcs do not fit the file`);
  if (aligned) reader.align();
  const counts: number[] = [];
  let total = 0;
  for (let s = 0; s < states; s++) {
    fst.addState();
    fst.setFinal(s, reader.float(`state ${s}`));
    if (reader.uint32(`state ${s}`) !== total)
      throw new HearkenError('FST_FORMAT', `arcs of state ${s} are out of order`);
    counts.push(reader.uint32(`state ${s}`));
    total += counts[s];
    reader.uint32(`state ${s}`); // input epsilons
    reader.uint32(`state ${s}`); // output epsilons
  }
  if (total !== arcs) throw new HearkenError('FST_FORMAT', `states have ${total} arcs, the header says ${arcs}`);
  if (aligned) reader.align();
  for (let s = 0; s < states; s++) for (let a = 0; a < counts[s]; a++) readArc(reader, fst, s);
  return fst;
}

/** An OpenFst file; written back as it was read, it is the same byte by byte. Properties not given are worked out. */
export function writeOpenFst(file: Pick<OpenFstFile, 'fst'> & Partial<OpenFstFile>): Uint8Array {
  const { fst, type = 'vector', aligned = false, inputSymbols, outputSymbols } = file;
  const kind = type === 'vector' ? EXPANDED | MUTABLE : EXPANDED;
  const stated = file.properties ?? kind | propertyBits(properties(fst));
  const writer = new FstWriter();
  writer.int32(FST_MAGIC);
  writer.text(type);
  writer.text('standard');
  writer.int32(type === 'const' && aligned ? 1 : 2);
  writer.int32(
    (inputSymbols ? HAS_INPUT_SYMBOLS : 0) | (outputSymbols ? HAS_OUTPUT_SYMBOLS : 0) | (aligned ? ALIGNED : 0),
  );
  writer.int64(stated);
  writer.int64(fst.start);
  writer.int64(fst.numStates);
  writer.int64(type === 'const' ? fst.numArcs : 0);
  for (const symbols of [inputSymbols, outputSymbols]) if (symbols) writeSymbols(writer, symbols);
  if (type === 'vector') writeVector(writer, fst);
  else writeConst(writer, fst, aligned);
  return writer.bytes();
}

function writeSymbols(writer: FstWriter, { name, availableKey, entries }: OpenFstSymbols): void {
  writer.int32(SYMBOLS_MAGIC);
  writer.text(name);
  writer.int64(availableKey);
  writer.int64(entries.length);
  for (const [symbol, label] of entries) {
    writer.text(symbol);
    writer.int64(label);
  }
}

function writeArcs(writer: FstWriter, fst: VectorFst, state: number): void {
  for (const { ilabel, olabel, weight, next } of fst.arcs(state)) {
    writer.int32(ilabel);
    writer.int32(olabel);
    writer.float(weight);
    writer.int32(next);
  }
}

function writeVector(writer: FstWriter, fst: VectorFst): void {
  for (let s = 0; s < fst.numStates; s++) {
    writer.float(fst.final(s));
    writer.int64(fst.arcs(s).length);
    writeArcs(writer, fst, s);
  }
}

function writeConst(writer: FstWriter, fst: VectorFst, aligned: boolean): void {
  if (aligned) writer.align();
  let position = 0;
  for (let s = 0; s < fst.numStates; s++) {
    const arcs = fst.arcs(s);
    writer.float(fst.final(s));
    writer.int32(position);
    writer.int32(arcs.length);
    writer.int32(arcs.filter((a) => a.ilabel === 0).length);
    writer.int32(arcs.filter((a) => a.olabel === 0).length);
    position += arcs.length;
  }
  if (aligned) writer.align();
  for (let s = 0; s < fst.numStates; s++) writeArcs(writer, fst, s);
}
