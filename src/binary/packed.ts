import { readFileSync } from 'node:fs';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { HearkenError } from '../errors.js';
import { readSections, type Sections, writeSections } from './sections.js';

/** What a small packed file may become. */
const MAX_BYTES = 64 << 20;

/** Sections as a brotli-compressed file. */
export const packSections = (sections: Sections): Uint8Array => brotliCompressSync(writeSections(sections));

/** A file that packSections made. @throws MODEL_NOT_FOUND, MODEL_FILE */
export function readPacked(path: string, kind: string): Sections {
  let packed: Uint8Array;
  try {
    packed = readFileSync(path);
  } catch (cause) {
    throw new HearkenError('MODEL_NOT_FOUND', `no ${kind} model: ${(cause as Error).message}`, { cause });
  }
  try {
    return readSections(brotliDecompressSync(packed, { maxOutputLength: MAX_BYTES }), kind, path);
  } catch (cause) {
    if (cause instanceof HearkenError) throw cause;
    throw new HearkenError('MODEL_FILE', `${path}: ${(cause as Error).message}`, { cause });
  }
}
