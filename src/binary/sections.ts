import { readFileSync } from 'node:fs';
import { HearkenError } from '../errors.js';

/**
 * A file of named typed arrays: 8 magic bytes, a header length, a JSON header, then the arrays, each on an 8-byte
 * boundary. Loading copies the file into one SharedArrayBuffer and makes views: nothing is parsed an element at a time,
 * and all workers share the memory.
 */
const MAGIC = 'HKSECT01';
const MAX_HEADER = 64 << 20;

const TYPES = {
  i8: Int8Array,
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
} as const;

type TypeName = keyof typeof TYPES;
export type SectionArray = Int8Array | Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array;

interface Entry {
  name: string;
  type: TypeName;
  length: number;
}

export interface Sections {
  /** What kind of content this is, checked on reading. */
  kind: string;
  /** Small facts that are not arrays. */
  facts: Record<string, unknown>;
  arrays: Record<string, SectionArray>;
}

const align = (n: number): number => (n + 7) & ~7;

function typeOf(array: SectionArray): TypeName {
  for (const name of Object.keys(TYPES) as TypeName[]) if (array instanceof TYPES[name]) return name;
  throw new HearkenError('OPTION_INVALID', 'array of a type that a section file cannot hold');
}

export function writeSections(sections: Sections): Uint8Array {
  const entries: Entry[] = Object.entries(sections.arrays).map(([name, a]) => ({
    name,
    type: typeOf(a),
    length: a.length,
  }));
  const header = Buffer.from(JSON.stringify({ kind: sections.kind, facts: sections.facts, arrays: entries }));
  let size = align(12 + header.length);
  for (const a of Object.values(sections.arrays)) size = align(size + a.byteLength);
  const out = Buffer.alloc(size);
  out.write(MAGIC, 0, 'latin1');
  out.writeUInt32LE(header.length, 8);
  header.copy(out, 12);
  let at = align(12 + header.length);
  for (const a of Object.values(sections.arrays)) {
    out.set(new Uint8Array(a.buffer, a.byteOffset, a.byteLength), at);
    at = align(at + a.byteLength);
  }
  return out;
}

/** @param where named in errors. @throws MODEL_FILE */
export function readSections(bytes: Uint8Array, kind: string, where: string): Sections {
  const fail = (what: string): never => {
    throw new HearkenError('MODEL_FILE', `${where}: ${what}`);
  };
  const shared = new SharedArrayBuffer(align(bytes.length));
  const data = new Uint8Array(shared);
  data.set(bytes);
  const view = new DataView(shared);
  if (bytes.length < 12 || Buffer.from(data.slice(0, 8)).toString('latin1') !== MAGIC) fail('not a section file');
  const headerSize = view.getUint32(8, true);
  if (headerSize > MAX_HEADER || 12 + headerSize > bytes.length) fail(`header of ${headerSize} bytes does not fit`);
  let header: { kind: string; facts: Record<string, unknown>; arrays: Entry[] };
  try {
    header = JSON.parse(Buffer.from(data.slice(12, 12 + headerSize)).toString());
  } catch {
    return fail('header is not JSON');
  }
  if (header?.kind !== kind) fail(`holds "${header?.kind}", not "${kind}"`);
  if (!Array.isArray(header.arrays)) fail('header lists no arrays');
  const arrays: Record<string, SectionArray> = {};
  let at = align(12 + headerSize);
  for (const { name, type, length } of header.arrays) {
    const Type = TYPES[type];
    if (!Type || !Number.isSafeInteger(length) || length < 0 || at + length * Type.BYTES_PER_ELEMENT > bytes.length) {
      return fail(`array "${name}" of ${length} ${type} does not fit the file`);
    }
    arrays[name] = new (Type as new (b: ArrayBufferLike, o: number, n: number) => SectionArray)(shared, at, length);
    at = align(at + length * Type.BYTES_PER_ELEMENT);
  }
  return { kind, facts: header.facts ?? {}, arrays };
}

/** An array of a stated type out of sections. @throws MODEL_FILE */
export function section<T extends SectionArray>(s: Sections, name: string, type: new (length: number) => T): T {
  const array = s.arrays[name];
  if (!(array instanceof type))
    throw new HearkenError('MODEL_FILE', `${s.kind}: array "${name}" is missing or of another type`);
  return array as T;
}

/** @throws MODEL_NOT_FOUND, MODEL_FILE */
export function readSectionFile(path: string, kind: string): Sections {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new HearkenError('MODEL_NOT_FOUND', `cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
  return readSections(bytes, kind, path);
}
