import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { checkProviders, openSession } from '../acoustic/index.js';
import { type AudioSource, mixDown, openAudio, Resampler } from '../audio/index.js';
import { HearkenError, toHearkenError } from '../errors.js';
import type { Lexicon } from '../lexicon/index.js';
import { AsyncQueue } from './async-queue.js';
import type {
  FromWorker,
  LoadedParts,
  RecordingOptions,
  RecordingPart,
  StreamSummary,
  ToWorker,
  WorkerSetup,
} from './messages.js';
import { readPackage, readWords } from './model-package.js';
import { type LoadedModel, RecognizerStream } from './recognizer-stream.js';
import { type Lead, leadStart, PartCutter } from './recording-part.js';
import type { Result } from './results.js';
import { ExtensibleVocabulary } from './vocabulary.js';

/** The thread in which recordings are decoded and recognised. Messages of one stream are worked off in order. */
const port = parentPort;
if (!port) throw new Error('this file runs as a worker thread');
const send = (message: FromWorker): void => port.postMessage(message);

type Input = { samples: Float32Array } | { bytes: Uint8Array } | { type: 'finalize' } | { type: 'reset' };

interface Job {
  input: AsyncQueue<Input>;
  aborted: boolean;
}

/** Samples fed at once: half a second keeps other streams waiting for milliseconds only. */
const PIECE = 8000;
const jobs = new Map<number, Job>();

/** Loaded when a stream first has words that its vocabulary lacks: it takes a third of a second, and memory. */
let lexicon: Promise<Lexicon> | undefined;

function shippedLexicon(): Promise<Lexicon> {
  return (lexicon ??= import('../lexicon/index.js').then(({ ADDITIONS, standardLexicon }) =>
    standardLexicon(ADDITIONS),
  ));
}

async function load(): Promise<LoadedModel> {
  const setup = workerData as WorkerSetup;
  const parts = setup.parts ?? readParts(setup);
  const { session, provider, passedOver } = await openSession(parts.model.acoustic, checkProviders(setup.providers));
  send({ type: 'ready', provider, passedOver, parts: setup.parts ? undefined : parts });
  const own = new ExtensibleVocabulary(parts.model, shippedLexicon);
  const others = new Map(
    Object.entries(parts.grammars).map(([name, words]) => [name, new ExtensibleVocabulary(words, shippedLexicon)]),
  );
  return {
    card: parts.model.card,
    session,
    vocabulary(name) {
      const found = name === undefined ? own : others.get(name);
      if (!found) throw new HearkenError('OPTION_INVALID', `grammar: there is no "${name}"`);
      return found;
    },
  };
}

function readParts({ model, grammars }: WorkerSetup): LoadedParts {
  const parts = readPackage(model);
  return {
    model: parts,
    grammars: Object.fromEntries(Object.entries(grammars).map(([name, path]) => [name, readWords(path, parts.card)])),
  };
}

/** Seconds of audio taken, and the thread's utilization, when a stream last ended. */
let takenSeconds = 0;
let utilization = performance.eventLoopUtilization();

function takeLoad(): StreamSummary['load'] {
  const now = performance.eventLoopUtilization();
  const load = { seconds: takenSeconds, busySeconds: (now.active - utilization.active) / 1000 };
  utilization = now;
  takenSeconds = 0;
  return load;
}

/** One recogniser a channel over planar samples of any rate. */
class Channels {
  readonly #streams: RecognizerStream[];
  readonly #resamplers: Resampler[];
  readonly #cutters: PartCutter[];
  #frames = 0;
  #busy = 0;

  private constructor(
    private readonly id: number,
    private readonly sampleRate: number,
    modelRate: number,
    streams: RecognizerStream[],
    part: RecordingPart | undefined,
  ) {
    this.#streams = streams;
    this.#resamplers = streams.map(() => new Resampler(sampleRate, modelRate));
    this.#cutters = streams.map(() => new PartCutter(part));
  }

  static async open(
    id: number,
    model: LoadedModel,
    sampleRate: number,
    count: number,
    options: RecordingOptions,
  ): Promise<Channels> {
    const streams: RecognizerStream[] = [];
    const start = options.part ? leadStart(options.part) : 0;
    for (let c = 0; c < count; c++) streams.push(await RecognizerStream.open(model, options, start));
    return new Channels(id, sampleRate, model.card.features.sampleRate, streams, options.part);
  }

  async accept(planes: Float32Array[], job: Job): Promise<void> {
    const began = performance.now();
    this.#frames += planes[0].length;
    takenSeconds += planes[0].length / this.sampleRate;
    for (const [c, stream] of this.#streams.entries()) {
      const { lead, samples } = this.#cutters[c].cut(this.#resamplers[c].process(planes[c]));
      if (lead) await this.#hearLead(stream, lead, job);
      for (let at = 0; at < samples.length && !job.aborted; at += PIECE) {
        this.#deliver(c, await stream.accept(samples.subarray(at, at + PIECE)));
        if (samples.length > PIECE) await yieldToOthers();
      }
    }
    this.#busy += performance.now() - began;
  }

  /** What comes before a part is not told. */
  async #hearLead(stream: RecognizerStream, { samples, last }: Lead, job: Job): Promise<void> {
    for (let at = 0; at < samples.length && !job.aborted; at += PIECE) {
      await stream.accept(samples.subarray(at, at + PIECE));
      await yieldToOthers();
    }
    if (last) await stream.finalize();
  }

  /** Whether nothing that comes belongs to the part any more. */
  get past(): boolean {
    return this.#cutters.every((c) => c.past);
  }

  async finalize(): Promise<void> {
    const began = performance.now();
    for (const [c, stream] of this.#streams.entries()) this.#deliver(c, await stream.finalize());
    this.#busy += performance.now() - began;
  }

  reset(): void {
    for (const stream of this.#streams) stream.reset();
  }

  async finish(): Promise<void> {
    const began = performance.now();
    for (const [c, stream] of this.#streams.entries()) {
      const tail = this.#cutters[c].cut(this.#resamplers[c].flush()).samples;
      if (tail.length > 0) this.#deliver(c, await stream.accept(tail));
      this.#deliver(c, await stream.finish());
    }
    this.#busy += performance.now() - began;
  }

  #deliver(channel: number, results: Result[]): void {
    for (const result of results) send({ type: 'result', id: this.id, result: { ...result, channel } });
  }

  summary(container: string, warnings: string[]): StreamSummary {
    const { sampleRate } = this;
    const seconds = this.#frames / sampleRate;
    const all = [...warnings, ...this.#streams[0].warnings];
    return {
      seconds,
      sampleRate,
      channels: this.#streams.length,
      container,
      busySeconds: this.#busy / 1000,
      warnings: all,
      load: takeLoad(),
    };
  }
}

/** Messages that have come for other streams get their turn. */
const yieldToOthers = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function runSamples(
  id: number,
  job: Job,
  model: LoadedModel,
  sampleRate: number,
  options: RecordingOptions,
): Promise<void> {
  const channels = await Channels.open(id, model, sampleRate, 1, options);
  for await (const input of job.input) {
    if ('samples' in input) await channels.accept([input.samples], job);
    else if ('type' in input && input.type === 'reset') channels.reset();
    else await channels.finalize();
    send({ type: 'taken', id });
  }
  if (job.aborted) return;
  await channels.finish();
  send({ type: 'done', id, summary: channels.summary('samples', []) });
}

async function runRecording(
  id: number,
  job: Job,
  model: LoadedModel,
  path: string | undefined,
  options: RecordingOptions,
): Promise<void> {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for await (const input of job.input) {
      if ('bytes' in input) yield input.bytes;
      send({ type: 'taken', id });
    }
  }
  const source: AudioSource = await openAudio(path ?? bytes(), options.raw);
  const split = options.channels === 'split';
  const channels = await Channels.open(id, model, Math.round(source.sampleRate), split ? source.channels : 1, options);
  for await (const planes of source.chunks) {
    if (job.aborted) return;
    await channels.accept(split ? planes : [mixDown(planes)], job);
    if (channels.past) break;
  }
  await channels.finish();
  const summary = channels.summary(source.container, source.warnings);
  if (summary.seconds === 0) summary.warnings.push('the recording holds no samples');
  send({ type: 'done', id, summary });
}

function start(id: number, run: (job: Job) => Promise<void>): void {
  const job: Job = { input: new AsyncQueue(), aborted: false };
  jobs.set(id, job);
  run(job)
    .catch((error: unknown) => {
      const { code, message } = toHearkenError(error, 'WORKER_FAILED');
      if (!job.aborted) send({ type: 'error', id, code, message });
    })
    .finally(() => jobs.delete(id))
    .catch(() => undefined);
}

const loading = load();
loading.catch((error: unknown) => {
  const { code, message } = toHearkenError(error, 'MODEL_FILE');
  send({ type: 'failed', code, message });
  port.close();
});

port.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'samples-open':
      start(message.id, async (job) => runSamples(message.id, job, await loading, message.sampleRate, message.options));
      break;
    case 'recording':
      start(message.id, async (job) => runRecording(message.id, job, await loading, message.path, message.options));
      break;
    case 'samples':
    case 'bytes':
    case 'finalize':
    case 'reset':
      jobs.get(message.id)?.input.push(message);
      break;
    case 'end':
      jobs.get(message.id)?.input.end();
      break;
    case 'abort': {
      const job = jobs.get(message.id);
      if (job) job.aborted = true;
      job?.input.end();
      break;
    }
    case 'close':
      port.close();
      break;
  }
});
