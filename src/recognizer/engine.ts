import { availableParallelism } from 'node:os';
import { MAX_SAMPLE_RATE, MIN_SAMPLE_RATE } from '../audio/index.js';
import { checkEndpointRules, decoderOptions } from '../decoder/index.js';
import { HearkenError } from '../errors.js';
import { openFeatures } from '../frontend/index.js';
import { DEFAULT_MODEL, findModel, type ModelCard } from '../package/index.js';
import { checkProviders } from '../runtime/index.js';
import type {
  EngineOptions,
  LiveOptions,
  PushedRecordingOptions,
  RecognizeOptions,
  TranscribeOptions,
} from './engine-options.js';
import { countKeywords } from './keywords.js';
import { LiveStream } from './live-stream.js';
import type { ChannelResult, FromWorker, LoadedParts, WorkerSetup } from './messages.js';
import { countNewWords } from './new-words.js';
import {
  checkNames,
  ENGINE_OPTIONS,
  LIVE_OPTIONS,
  RECOGNIZE_OPTIONS,
  RECORDING_OPTIONS,
  TRANSCRIBE_OPTIONS,
} from './option-names.js';
import { countPhrases } from './phrases.js';
import type { Pcm16 } from './pushed-samples.js';
import { type Recognition, recognitionOf } from './recognition.js';
import type { RecognitionStream } from './recognition-stream.js';
import { openInput, type RecordingInput } from './recording-input.js';
import { checkPart } from './recording-part.js';
import { RecordingStream } from './recording-stream.js';
import type { StreamOptions } from './stream-options.js';
import { WorkerClient } from './worker-client.js';

const MAX_WORKERS = 256;
const HEAP_MEGABYTES = 1024;

/** A loaded model and the worker threads that run it. */
export class Engine implements AsyncDisposable {
  readonly card: ModelCard;
  /** The execution provider that really runs. */
  readonly provider: string;
  /** Samples between feature frames, at the model's rate: parts of a recording begin and end on multiples of it. */
  readonly frameShift: number;
  #setup: WorkerSetup;
  #clients: WorkerClient[] = [];
  #closed = false;

  private constructor(ready: Extract<FromWorker, { type: 'ready' }>, setup: WorkerSetup, first: WorkerClient) {
    if (ready?.type !== 'ready')
      throw new HearkenError('OPTION_INVALID', 'an engine is made by `await Engine.load()`, not by `new Engine()`');
    this.card = (ready.parts as LoadedParts).model.card;
    this.provider = ready.provider;
    this.frameShift = openFeatures(this.card.features).frameShift;
    this.#setup = setup;
    this.#clients.push(first);
  }

  /** Load a model package and start the workers. @throws MODEL_*, PROVIDER_*, OPTION_INVALID */
  static async load(options: EngineOptions = {}): Promise<Engine> {
    checkNames(options, ENGINE_OPTIONS);
    const workers = options.workers ?? availableParallelism();
    if (!(Number.isInteger(workers) && workers >= 1 && workers <= MAX_WORKERS)) {
      throw new HearkenError('OPTION_INVALID', `workers: ${workers} is not a whole number from 1 to ${MAX_WORKERS}`);
    }
    const providers = checkProviders(options.providers ?? ['cpu']);
    const model = findModel(modelName(options.model ?? DEFAULT_MODEL, 'model'));
    const grammars = Object.fromEntries(
      Object.entries(options.grammars ?? {}).map(([name, path]) => [
        name,
        findModel(modelName(path, `grammars.${name}`)),
      ]),
    );
    let engine: Engine | undefined;
    const onDeath = (dead: WorkerClient): void => {
      if (engine) engine.#heal(dead);
    };
    const heapMegabytes = options.workerMemory ?? HEAP_MEGABYTES;
    if (!(heapMegabytes > 0)) throw new HearkenError('OPTION_INVALID', `workerMemory: ${heapMegabytes} is no size`);
    const first = new WorkerClient({ model, grammars, providers, heapMegabytes }, onDeath);
    const ready = await first.ready;
    const warn = options.onWarning ?? ((m) => console.warn(`hearken: ${m}`));
    for (const { provider, reason } of ready.passedOver) {
      warn(`execution provider "${provider}" did not start (${reason}); going on with "${ready.provider}"`);
    }
    const setup = { model, grammars, providers: [ready.provider], heapMegabytes, parts: ready.parts as LoadedParts };
    engine = new Engine(ready, setup, first);
    for (let i = 1; i < workers; i++) engine.#clients.push(new WorkerClient(setup, onDeath));
    await Promise.all(engine.#clients.map((c) => c.ready));
    return engine;
  }

  /** A dead worker is replaced; its streams have already been told. */
  #heal(dead: WorkerClient): void {
    if (this.#closed) return;
    const onDeath = (again: WorkerClient): void => this.#heal(again);
    this.#clients = this.#clients.map((c) => (c === dead ? new WorkerClient(this.#setup, onDeath) : c));
  }

  /** Hz of the model's audio; any other rate is resampled. */
  get sampleRate(): number {
    return this.card.features.sampleRate;
  }

  get workers(): number {
    return this.#clients.length;
  }

  #leastBusy(): WorkerClient {
    if (this.#closed) throw new HearkenError('STREAM_CLOSED', 'the engine is closed');
    return this.#clients.reduce((a, b) => (b.streams < a.streams ? b : a));
  }

  /** Names of the grammars that streams may choose. */
  get grammars(): string[] {
    return Object.keys(this.#setup.grammars);
  }

  /** What can be seen to be wrong before a worker is asked. @throws OPTION_INVALID */
  #checkOptions({ decoder, phrases, classes, newWords = [], keywords, grammar, endpoint = [] }: StreamOptions): void {
    decoderOptions(decoder);
    // Their words are looked at in the worker: a list may be long, and this may be the thread of a server's sockets.
    countPhrases(phrases, classes);
    countNewWords(newWords.length);
    countKeywords(keywords);
    checkEndpointRules(endpoint);
    if (grammar !== undefined && !Object.hasOwn(this.#setup.grammars, grammar))
      throw new HearkenError('OPTION_INVALID', `grammar: there is no "${grammar}"`);
  }

  /** A stream of samples that are pushed as they come. @throws OPTION_INVALID */
  createStream(options: LiveOptions & { encoding: 's16le' }): LiveStream<Pcm16>;
  createStream(options?: LiveOptions): LiveStream;
  createStream(options: LiveOptions = {}): LiveStream<Pcm16> {
    checkNames(options, LIVE_OPTIONS);
    const { sampleRate = this.sampleRate, encoding, signal, ...rest } = options;
    if (!(Number.isInteger(sampleRate) && sampleRate >= MIN_SAMPLE_RATE && sampleRate <= MAX_SAMPLE_RATE)) {
      throw new HearkenError(
        'OPTION_INVALID',
        `sampleRate: ${sampleRate} is not a whole number from ${MIN_SAMPLE_RATE} to ${MAX_SAMPLE_RATE}`,
      );
    }
    this.#checkOptions(rest);
    return new LiveStream(this.#leastBusy(), { sampleRate, encoding, options: rest, signal });
  }

  /** A recording whose bytes are pushed. @throws OPTION_INVALID */
  createRecordingStream(options: PushedRecordingOptions = {}): RecordingStream {
    return this.#record(options);
  }

  #record(given: PushedRecordingOptions, path?: string): RecordingStream {
    checkNames(given, RECORDING_OPTIONS);
    const { signal, ...options } = given;
    this.#checkOptions(options);
    if (options.part) checkPart(options.part, this.frameShift);
    return new RecordingStream(this.#leastBusy(), options, signal, path);
  }

  /**
   * Recognise a whole recording: its text, segments, words and duration.
   * @throws OPTION_INVALID, AUDIO_*, INPUT_NOT_FOUND, STREAM_ABORTED, WORKER_FAILED
   */
  async recognize(input: RecordingInput, options: RecognizeOptions = {}): Promise<Recognition> {
    checkNames(options, RECOGNIZE_OPTIONS);
    return recognitionOf(this.open(input, options));
  }

  /**
   * Results of a recording as they are decided. Reading, decoding of the container and recognition happen in a worker.
   * @throws OPTION_INVALID, AUDIO_*, INPUT_NOT_FOUND, STREAM_ABORTED, WORKER_FAILED
   */
  async *transcribe(input: RecordingInput, options: TranscribeOptions = {}): AsyncGenerator<ChannelResult> {
    const stream = this.open(input, options);
    try {
      yield* { [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator]() };
    } finally {
      stream.abort();
    }
  }

  /** As transcribe(), giving the stream itself with its `done` summary. @throws OPTION_INVALID */
  open(input: RecordingInput, given: TranscribeOptions = {}): RecognitionStream {
    checkNames(given, TRANSCRIBE_OPTIONS);
    const { sampleRate, ...options } = given;
    const opened = openInput(input, sampleRate);
    if ('path' in opened) return this.#record(options, opened.path);
    const stream = this.#record({ ...options, ...(opened.raw && { raw: opened.raw }) });
    stream.feed(opened.chunks).catch(() => undefined);
    return stream;
  }

  /** End all workers; streams still open are aborted. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#clients.map((c) => c.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** @throws OPTION_INVALID */
function modelName(value: unknown, option: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new HearkenError('OPTION_INVALID', `${option}: ${String(value)} is not the directory or name of a package`);
}
