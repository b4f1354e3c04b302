import type { RecordingOptions } from './messages.js';
import type { LiveEncoding } from './pushed-samples.js';
import type { StreamOptions } from './stream-options.js';

export interface EngineOptions {
  /** A model package: its directory, or its name (`findModel` of `hearken/package`); default the shipped English one. */
  model?: string;
  /** Packages with other words for the model, made by `hearken graph build`, `build-model` or `adapt`, by the names streams choose them by. */
  grammars?: Readonly<Record<string, string>>;
  /** Worker threads; default one a core. */
  workers?: number;
  /** Heap a worker thread may grow to, in MB, before it dies and is replaced; models and audio lie outside it. Default 1024. */
  workerMemory?: number;
  /** Execution providers in order of preference; default `['cpu']`. */
  providers?: readonly string[];
  /** Called with each warning, for example that a provider was passed over; default: console.warn. */
  onWarning?: (message: string) => void;
}

export interface LiveOptions extends StreamOptions {
  /** Hz of the samples that will be pushed; default 16000. */
  sampleRate?: number;
  /** `s16le`: 16-bit PCM can be pushed too, as an Int16Array or, little endian, as a Buffer. */
  encoding?: LiveEncoding;
  signal?: AbortSignal;
}

export interface PushedRecordingOptions extends RecordingOptions {
  signal?: AbortSignal;
}

export interface TranscribeOptions extends PushedRecordingOptions {
  /** Hz of an input that is a Float32Array. */
  sampleRate?: number;
}

/** Of a recording that is recognised as a whole: nothing can come before its end. */
export type RecognizeOptions = Omit<TranscribeOptions, 'partials' | 'keywords' | 'recognize'>;
