import { HearkenError } from '../errors.js';

/** How much sound may come of an input. */
export interface SoundLimits {
  /** Default: any length. */
  maxSeconds?: number;
  /**
   * Seconds that a kilobyte of a compressed stream may become, once a minute has come; default 100. Speech coders make 8 at the most,
   * and FLAC 40 of silence; files made to fill memory, thousands.
   */
  maxSecondsPerKilobyte?: number;
}

const SECONDS_PER_KILOBYTE = 100;
/** Any stream may begin with so much silence. */
const FREE_SECONDS = 60;

/** Counts decoded sound against its limits, block by block. */
export class SoundLimit {
  #frames = 0;
  #maxSeconds: number;
  #perByte: number;

  constructor({
    maxSeconds = Number.POSITIVE_INFINITY,
    maxSecondsPerKilobyte = SECONDS_PER_KILOBYTE,
  }: SoundLimits = {}) {
    this.#maxSeconds = maxSeconds;
    this.#perByte = maxSecondsPerKilobyte / 1000;
  }

  /** @param bytes of the input, read so far; undefined where samples cannot be many for their bytes. @throws AUDIO_LIMIT */
  add(frames: number, sampleRate: number, bytes?: number): void {
    this.#frames += frames;
    const seconds = this.#frames / sampleRate;
    if (seconds > this.#maxSeconds)
      throw new HearkenError('AUDIO_LIMIT', `the recording is longer than ${this.#maxSeconds} seconds`);
    if (bytes !== undefined && seconds > FREE_SECONDS + bytes * this.#perByte)
      throw new HearkenError('AUDIO_LIMIT', `${Math.round(seconds)} seconds came of the first ${bytes} bytes`);
  }
}
