import { parentPort, workerData } from 'node:worker_threads';
import { type AcousticModel, NetworkModel } from '../acoustic/index.js';
import { type AudioSource, mixDown, openAudio } from '../audio/index.js';
import { HearkenError, toHearkenError } from '../errors.js';
import type { Lexicon } from '../lexicon/index.js';
import { type ModelCard, readPackage, readWords } from '../package/index.js';
import { checkProviders, openNetwork, type Provider } from '../runtime/index.js';
import { AsyncQueue } from './async-queue.js';
import { Channels, type Thread } from './channels.js';
import { LoadMeter } from './load-meter.js';
import type { FromWorker, LoadedParts, RecordingOptions, ToWorker, WorkerSetup } from './messages.js';
import type { LoadedModel } from './recognizer-stream.js';
import { Slots } from './slots.js';
import { ExtensibleVocabulary } from './vocabulary.js';

/** The thread in which recordings are decoded and recognised. Messages of one stream are worked off in order. */
const port = parentPort;
if (!port) throw new Error('this file runs as a worker thread');
const send = (message: FromWorker): void => port.postMessage(message);

/** What a live stream is made of; a recording is made of bytes. */
type LiveInput = Extract<ToWorker, { type: 'samples' | 'finalize' | 'reset' }>;
type BytesInput = Extract<ToWorker, { type: 'bytes' }>;

interface Job<Input> {
  input: AsyncQueue<Input>;
  aborted: boolean;
}

const live = new Map<number, Job<LiveInput>>();
const recordings = new Map<number, Job<BytesInput>>();

/** Files worked on at once: each takes memory, and more of them would not be done earlier. What is pushed may be live and never waits. */
const files = new Slots(4);

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
  const { card, acoustic, secondPass } = parts.model;
  const { network, provider, passedOver } = await openNetwork(acoustic, checkProviders(setup.providers));
  const own = await ExtensibleVocabulary.open(parts.model, shippedLexicon, openNetwork);
  const others = new Map<string, ExtensibleVocabulary>();
  for (const [name, words] of Object.entries(parts.grammars))
    others.set(name, await ExtensibleVocabulary.open(words, shippedLexicon, openNetwork));
  const first = new NetworkModel(network, card.acoustic, card.features);
  const second = card.secondPass && secondPass && (await openSecondPass(card.secondPass, secondPass, first, provider));
  send({ type: 'ready', provider, passedOver, parts: setup.parts ? undefined : parts });
  return {
    acoustic: first,
    ...(second && { secondPass: second }),
    vocabulary(name) {
      const found = name === undefined ? own : others.get(name);
      if (!found) throw new HearkenError('OPTION_INVALID', `grammar: there is no "${name}"`);
      return found;
    },
  };
}

/** @throws MODEL_CARD where its rows are not those of the first pass */
async function openSecondPass(
  contract: NonNullable<ModelCard['secondPass']>,
  bytes: Uint8Array,
  first: AcousticModel,
  provider: Provider,
): Promise<LoadedModel['secondPass']> {
  const { network } = await openNetwork(bytes, [provider, 'cpu']);
  const model = new NetworkModel(network, contract, contract.features);
  if (model.frameSeconds !== first.frameSeconds || model.sampleRate !== first.sampleRate)
    throw new HearkenError('MODEL_CARD', 'the second pass has other rows than the first one');
  return { model, decoder: contract.decoder };
}

function readParts({ model, grammars }: WorkerSetup): LoadedParts {
  const parts = readPackage(model);
  return {
    model: parts,
    grammars: Object.fromEntries(Object.entries(grammars).map(([name, path]) => [name, readWords(path, parts.card)])),
  };
}

const meter = new LoadMeter();

const threadOf = (id: number, job: { readonly aborted: boolean }, model: LoadedModel): Thread => ({
  model,
  load: meter,
  tell: (result) => send({ type: 'result', id, result }),
  aborted: () => job.aborted,
});

async function runSamples(
  id: number,
  job: Job<LiveInput>,
  model: LoadedModel,
  sampleRate: number,
  options: RecordingOptions,
): Promise<void> {
  const channels = await Channels.open(threadOf(id, job, model), sampleRate, 1, options);
  for await (const input of job.input) {
    switch (input.type) {
      case 'samples':
        await channels.accept([input.samples]);
        break;
      case 'finalize':
        await channels.finalize();
        break;
      case 'reset':
        channels.reset();
        break;
    }
    send({ type: 'taken', id });
  }
  if (job.aborted) return;
  await channels.finish();
  send({ type: 'done', id, summary: channels.summary('samples', []) });
}

async function runRecording(
  id: number,
  job: Job<BytesInput>,
  model: LoadedModel,
  path: string | undefined,
  options: RecordingOptions,
): Promise<void> {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for await (const input of job.input) {
      yield input.bytes;
      send({ type: 'taken', id });
    }
  }
  if (job.aborted) return;
  const source: AudioSource = await openAudio(path ?? bytes(), options.raw, options.limits);
  const split = options.channels === 'split';
  const count = split ? source.channels : 1;
  const channels = await Channels.open(threadOf(id, job, model), Math.round(source.sampleRate), count, options);
  for await (const planes of source.chunks) {
    if (job.aborted) return;
    await channels.accept(split ? planes : [mixDown(planes)]);
    if (channels.past) break;
  }
  await channels.finish();
  const summary = channels.summary(source.container, source.warnings);
  if (summary.seconds === 0) summary.warnings.push('the recording holds no samples');
  send({ type: 'done', id, summary });
}

function start<Input>(jobs: Map<number, Job<Input>>, id: number, run: (job: Job<Input>) => Promise<void>): void {
  const job: Job<Input> = { input: new AsyncQueue(), aborted: false };
  jobs.set(id, job);
  run(job)
    .catch((error: unknown) => {
      const { code, message } = toHearkenError(error, 'INTERNAL');
      if (!job.aborted) send({ type: 'error', id, code, message });
    })
    .finally(() => {
      jobs.delete(id);
      if (job.aborted) send({ type: 'aborted', id });
    })
    .catch(() => undefined);
}

/** Input of a stream that has ended already is late, and nobody's. That of the other kind of stream is a mistake: the stream fails. */
function take<Input extends { id: number; type: string }>(jobs: Map<number, Job<Input>>, input: Input): void {
  const { id, type } = input;
  jobs.get(id)?.input.push(input);
  if (jobs.has(id) || !(live.has(id) || recordings.has(id))) return;
  send({ type: 'error', id, code: 'STREAM_KIND', message: `the stream takes no "${type}"` });
  abort(id);
}

function abort(id: number): void {
  const job = live.get(id) ?? recordings.get(id);
  if (!job) {
    send({ type: 'aborted', id });
    return;
  }
  job.aborted = true;
  job.input.end();
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
      start(live, message.id, async (job) =>
        runSamples(message.id, job, await loading, message.sampleRate, message.options),
      );
      break;
    case 'recording':
      start(recordings, message.id, async (job) => {
        const model = await loading;
        const run = (): Promise<void> => runRecording(message.id, job, model, message.path, message.options);
        await (message.path === undefined ? run() : files.run(run));
      });
      break;
    case 'samples':
    case 'finalize':
    case 'reset':
      take(live, message);
      break;
    case 'bytes':
      take(recordings, message);
      break;
    case 'end':
      (live.get(message.id) ?? recordings.get(message.id))?.input.end();
      break;
    case 'abort':
      abort(message.id);
      break;
    case 'close':
      port.close();
      break;
  }
});
