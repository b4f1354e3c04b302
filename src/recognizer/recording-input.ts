import { endianness } from 'node:os';
import type { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { fileURLToPath } from 'node:url';
import { types } from 'node:util';
import type { AudioInput, RawFormat } from '../audio/index.js';
import { HearkenError } from '../errors.js';

/** A path or `file:` URL, bytes, mono samples in [-1, 1] (with `sampleRate`), a Blob, a Node or Web stream, or any sequence of byte chunks. */
export type RecordingInput =
  | AudioInput
  | URL
  | ArrayBuffer
  | SharedArrayBuffer
  | Float32Array
  | Blob
  | ReadableStream<Uint8Array>
  | Readable
  | Iterable<Uint8Array>;

/** A recording as a worker takes it: read by itself, or pushed to it. */
export type OpenedInput =
  | { path: string }
  | { chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>; raw?: RawFormat };

const TAKEN =
  'a path, a file: URL, bytes (Buffer, Uint8Array, ArrayBuffer), a Float32Array with sampleRate, a Blob, a stream, or an iterable of bytes';

const PUSHED_BYTES = 1 << 16;

/** @param sampleRate Hz, of a Float32Array. @throws OPTION_INVALID where the input is nothing that can be read */
export function openInput(input: unknown, sampleRate: number | undefined): OpenedInput {
  if (types.isFloat32Array(input)) return { chunks: slices(bytesOf(input)), raw: rawFloats(sampleRate) };
  if (sampleRate !== undefined)
    throw new HearkenError('OPTION_INVALID', 'sampleRate: only a Float32Array has it; for headerless bytes use raw');
  if (typeof input === 'string' && !/^[a-z][a-z\d+.-]+:\/\//i.test(input)) return { path: input };
  if (typeof input === 'string') return { path: pathOf(input) };
  if (input instanceof URL) return { path: pathOf(input.href) };
  if (types.isUint8Array(input)) return { chunks: slices(input) };
  if (types.isAnyArrayBuffer(input)) return { chunks: slices(new Uint8Array(input)) };
  if (input instanceof Blob) return { chunks: input.stream() as ReadableStream<Uint8Array> };
  if (typeof input === 'object' && input !== null && !ArrayBuffer.isView(input)) {
    if (Symbol.asyncIterator in input) return { chunks: input as AsyncIterable<Uint8Array> };
    if (Symbol.iterator in input) return { chunks: input as Iterable<Uint8Array> };
  }
  throw new HearkenError('OPTION_INVALID', `input: ${nameOfKind(input)} cannot be read; there must be ${TAKEN}`);
}

function pathOf(address: string): string {
  try {
    if (address.startsWith('file:')) return fileURLToPath(address);
  } catch (cause) {
    throw new HearkenError('OPTION_INVALID', `input: ${address}: ${(cause as Error).message}`, { cause });
  }
  throw new HearkenError(
    'OPTION_INVALID',
    `input: ${address}: only file: addresses are read; fetch it, and give the body of the response`,
  );
}

/** Samples as the bytes that they are on this machine. */
function rawFloats(sampleRate: number | undefined): RawFormat {
  if (sampleRate === undefined)
    throw new HearkenError('OPTION_INVALID', 'sampleRate: a Float32Array needs the rate of its samples');
  return { encoding: endianness() === 'LE' ? 'f32le' : 'f32be', sampleRate };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PUSHED_BYTES) yield bytes.subarray(at, at + PUSHED_BYTES);
}

/** What a value is, for messages: `undefined`, `a number`, `an Int16Array`. */
export function nameOfKind(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  const name = typeof value === 'object' ? (value.constructor?.name ?? 'object') : typeof value;
  return `${/^[aeiou]/i.test(name) ? 'an' : 'a'} ${name}`;
}
