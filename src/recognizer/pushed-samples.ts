import { types } from 'node:util';
import { PcmDecoder } from '../audio/index.js';
import { HearkenError } from '../errors.js';
import { nameOfKind } from './recording-input.js';

/** How samples that are pushed as integers or bytes are coded. */
export const LIVE_ENCODINGS = ['s16le'] as const;
export type LiveEncoding = (typeof LIVE_ENCODINGS)[number];

/** What a stream takes that was opened with `encoding: 's16le'`: floats, 16-bit integers, or bytes of 16-bit PCM, little endian. */
export type Pcm16 = Float32Array | Int16Array | Uint8Array;

/** Turns what a caller pushes into samples of its own, in [-1, 1]. */
export class PushedSamples {
  #bytes: PcmDecoder | undefined;

  /** @throws OPTION_INVALID */
  constructor(encoding: LiveEncoding | undefined) {
    if (encoding === undefined) return;
    if (!LIVE_ENCODINGS.includes(encoding))
      throw new HearkenError(
        'OPTION_INVALID',
        `encoding: "${encoding}" cannot be pushed; there is ${LIVE_ENCODINGS.join(', ')}, and floats without it`,
      );
    this.#bytes = new PcmDecoder(encoding, 1);
  }

  /** Bytes may be cut anywhere: half a sample waits for the next call. @throws OPTION_INVALID */
  take(pushed: unknown): Float32Array {
    if (types.isFloat32Array(pushed)) return pushed.slice();
    if (this.#bytes && types.isInt16Array(pushed)) return Float32Array.from(pushed, (sample) => sample / 32768);
    if (this.#bytes && types.isUint8Array(pushed)) return this.#bytes.decode(pushed)[0];
    const wanted = this.#bytes ? 'a Float32Array, an Int16Array or a Buffer' : 'a Float32Array';
    const pcm = types.isInt16Array(pushed) || types.isUint8Array(pushed);
    const hint = pcm && !this.#bytes ? `; for 16-bit PCM open the stream with encoding: 's16le'` : '';
    throw new HearkenError('OPTION_INVALID', `samples: ${nameOfKind(pushed)} is not ${wanted}${hint}`);
  }
}
