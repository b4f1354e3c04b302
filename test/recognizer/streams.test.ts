import { createReadStream, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import {
  type ChannelResult,
  Engine,
  type LiveStream,
  type RecordingInput,
  type RecordingStream,
} from '../../src/index.js';
import { samplesOf } from '../support/audio.js';
import { codeOf, rejects } from '../support/errors.js';
import { DATA } from '../support/shared.js';
import { s16 } from '../support/wav.js';

const CLIP = resolve(DATA, 'libri-3526-176653-0051.wav');
const TEXT = 'said the little fellow panting in sympathy';

async function textOf(results: AsyncIterable<ChannelResult>): Promise<string> {
  const texts: string[] = [];
  for await (const r of results) if (r.type === 'final') texts.push(r.text);
  return texts.join(' ');
}

describe('kinds of streams', function () {
  this.timeout(120_000);
  let engine: Engine;
  let samples: Float32Array;
  before(async () => {
    engine = await Engine.load({ workers: 1 });
    samples = await samplesOf(CLIP);
  });
  after(() => engine.close());

  it('a live stream given bytes from JavaScript: STREAM_KIND, and the words are whole', async () => {
    const stream = engine.createStream();
    // @ts-expect-error a live stream takes no bytes
    const bytes = (): Promise<void> => stream.acceptBytes(new Uint8Array(32_000));
    await stream.accept(samples.subarray(0, 16_000));
    expect((await rejects(bytes(), 'STREAM_KIND')).message).to.match(/createRecordingStream/);
    await stream.accept(samples.subarray(16_000));
    await stream.finish();
    expect(await textOf(stream)).to.equal(TEXT);
  });

  it('a recording given samples, finalize or reset from JavaScript: STREAM_KIND, and the words are whole', async () => {
    const stream = engine.createRecordingStream();
    await stream.acceptBytes(readFileSync(CLIP));
    const live = stream as unknown as LiveStream;
    await rejects(live.accept(samples), 'STREAM_KIND');
    await rejects(live.finalize(), 'STREAM_KIND');
    await rejects(live.reset(), 'STREAM_KIND');
    await stream.finish();
    expect(await textOf(stream)).to.equal(TEXT);
  });

  it('a worker that gets a message of the other kind of stream: the stream fails, nothing is dropped', async () => {
    type Pusher = { push(message: object): Promise<void> };
    const recording = engine.createRecordingStream();
    await recording.acceptBytes(readFileSync(CLIP));
    await (recording as unknown as Pusher).push({ type: 'samples', id: recording.id, samples });
    await rejects(recording.done, 'STREAM_KIND');
    const live = engine.createStream();
    await (live as unknown as Pusher).push({ type: 'bytes', id: live.id, bytes: new Uint8Array(2) });
    await rejects(live.done, 'STREAM_KIND');
  });

  it('a recording that a worker reads itself takes no bytes', async () => {
    const stream = engine.open(CLIP);
    await rejects((stream as RecordingStream).acceptBytes(new Uint8Array(2)), 'STREAM_KIND');
    expect(await textOf(stream)).to.equal(TEXT);
  });

  it('a stream of floats given a Buffer, integers or anything else: OPTION_INVALID at once', async () => {
    const stream = engine.createStream();
    const accept = async (wrong: unknown): Promise<void> => stream.accept(wrong as Float32Array);
    const pcm = s16(samples);
    expect((await rejects(accept(Buffer.from(pcm)), 'OPTION_INVALID')).message).to.match(/a Buffer.*encoding: 's16le'/);
    for (const wrong of [new Int16Array(4), new Float64Array(4), [0, 0, 0], undefined, null, 'audio', pcm.buffer])
      await rejects(accept(wrong), 'OPTION_INVALID');
    await stream.accept(samples);
    await stream.finish();
    expect(await textOf(stream)).to.equal(TEXT);
  });

  it('a stream opened for s16le: floats, Int16Array, and bytes cut anywhere give the same words', async () => {
    const pcm = Buffer.from(s16(samples));
    const integers = Int16Array.from({ length: pcm.length / 2 }, (_, i) => pcm.readInt16LE(2 * i));
    for (const pieces of [[pcm.subarray(0, 20_001), pcm.subarray(20_001)], [integers], [samples]]) {
      const stream = engine.createStream({ encoding: 's16le' });
      for (const piece of pieces) await stream.accept(piece);
      await rejects(stream.accept(new Float64Array(2) as unknown as Float32Array), 'OPTION_INVALID');
      await stream.finish();
      expect(await textOf(stream)).to.equal(TEXT);
    }
    expect(codeOf(() => engine.createStream({ encoding: 'mulaw' as 's16le' }))).to.equal('OPTION_INVALID');
  });

  it('transcribe() of each kind of input gives the same words', async () => {
    const bytes = readFileSync(CLIP);
    const buffer = Uint8Array.from(bytes).buffer;
    const inputs: RecordingInput[] = [
      CLIP,
      pathToFileURL(CLIP),
      pathToFileURL(CLIP).href,
      bytes,
      buffer,
      new Blob([bytes]),
      createReadStream(CLIP),
      Readable.toWeb(createReadStream(CLIP)) as ReadableStream<Uint8Array> as never,
      [bytes.subarray(0, 1001), bytes.subarray(1001)],
    ];
    for (const input of inputs) expect(await textOf(engine.transcribe(input))).to.equal(TEXT);
    expect(await textOf(engine.transcribe(samples, { sampleRate: 16_000 }))).to.equal(TEXT);
  });

  it('transcribe() of what is no recording: OPTION_INVALID that says what is taken', async () => {
    for (const wrong of [undefined, null, 7, {}, new Int16Array(8), new DataView(new ArrayBuffer(8)), () => CLIP])
      expect((await rejects(textOf(engine.transcribe(wrong as string)), 'OPTION_INVALID')).message).to.match(/a path/);
    for (const address of ['https://localhost/a.wav', new URL('data:audio/wav,a'), 'file://elsewhere/a.wav'])
      await rejects(textOf(engine.transcribe(address)), 'OPTION_INVALID');
    await rejects(textOf(engine.transcribe(samples)), 'OPTION_INVALID');
    await rejects(textOf(engine.transcribe(CLIP, { sampleRate: 16_000 })), 'OPTION_INVALID');
  });

  it('transcribe() of a source that fails, or gives no bytes: its error, not STREAM_ABORTED', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield readFileSync(CLIP).subarray(0, 2000);
      throw new Error('the line is down');
    }
    expect((await rejects(textOf(engine.transcribe(failing())), 'INPUT_NOT_FOUND')).message).to.match(/line is down/);
    const strings = Readable.from(['a', 'b']) as AsyncIterable<unknown> as AsyncIterable<Uint8Array>;
    await rejects(textOf(engine.transcribe(strings)), 'OPTION_INVALID');
  });
});
