import type { RawFormat, SoundLimits } from '../audio/index.js';
import type { ErrorCode } from '../errors.js';
import type { PackageParts, WordsParts } from '../package/index.js';
import type { Result } from './results.js';
import type { StreamOptions } from './stream-options.js';

/** A result and the channel it was heard on: 0, or the channel's index where channels are kept apart. */
export type ChannelResult = Result & { channel: number };

/** What a finished stream amounted to. */
export interface StreamSummary {
  /** Seconds of audio heard. */
  seconds: number;
  sampleRate: number;
  channels: number;
  container: string;
  /** Seconds from taking its input to giving its results; beside other streams of the worker these count too. */
  busySeconds: number;
  /** What the worker has done since a stream of it last ended: seconds of audio, of all its streams, and its own. */
  load: { seconds: number; busySeconds: number };
  warnings: string[];
}

export interface RecordingOptions extends StreamOptions {
  /** What headerless input is; without it the container is recognised from its first bytes. */
  raw?: RawFormat;
  /** One transcript of all channels mixed down, or one a channel. */
  channels?: 'mix' | 'split';
  /** How much sound it may be. Past it the stream fails with AUDIO_LIMIT. */
  limits?: SoundLimits;
  /** Only this stretch of it; times still count from the recording's start. */
  part?: RecordingPart;
}

/**
 * A stretch of a recording, in samples at the model's rate, multiples of a frame's shift (160 at 16 kHz). Heard as if all before
 * it had been, and finalize() called where it begins: parts laid end to end give the words and times of the whole.
 */
export interface RecordingPart {
  from: number;
  /** Default: the end of the recording. */
  to?: number;
}

/** A package, and words of others by the names the user gave them. */
export interface LoadedParts {
  model: PackageParts;
  grammars: Record<string, WordsParts>;
}

export interface WorkerSetup {
  /** Directories of packages. */
  model: string;
  grammars: Record<string, string>;
  providers: string[];
  /** Limit of the thread's own heap. */
  heapMegabytes: number;
  /** Absent for the first worker, which reads the packages itself. */
  parts?: LoadedParts;
}

export type ToWorker =
  | { type: 'samples-open'; id: number; sampleRate: number; options: StreamOptions }
  | { type: 'samples'; id: number; samples: Float32Array }
  | { type: 'recording'; id: number; path?: string; options: RecordingOptions }
  | { type: 'bytes'; id: number; bytes: Uint8Array }
  | { type: 'finalize'; id: number }
  | { type: 'reset'; id: number }
  | { type: 'end'; id: number }
  | { type: 'abort'; id: number }
  | { type: 'close' };

export type FromWorker =
  | {
      type: 'ready';
      provider: string;
      passedOver: { provider: string; reason: string }[];
      parts: LoadedParts | undefined;
    }
  | { type: 'failed'; code: ErrorCode; message: string }
  | { type: 'result'; id: number; result: ChannelResult }
  /** An input message has been worked off: room for one more. */
  | { type: 'taken'; id: number }
  | { type: 'done'; id: number; summary: StreamSummary }
  | { type: 'error'; id: number; code: ErrorCode; message: string }
  /** Nothing of an aborted stream runs any more. */
  | { type: 'aborted'; id: number };
