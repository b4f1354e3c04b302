import { type LiveEncoding, type Pcm16, PushedSamples } from './pushed-samples.js';
import { RecognitionStream, refuseCalls } from './recognition-stream.js';
import type { StreamOptions } from './stream-options.js';
import type { WorkerClient } from './worker-client.js';

/** What a live stream needs to be opened, all of it checked. */
export interface LiveSetup {
  /** Hz. */
  sampleRate: number;
  encoding: LiveEncoding | undefined;
  options: StreamOptions;
  signal: AbortSignal | undefined;
}

/** Samples pushed as they are recorded. `Samples` is what `accept` takes: floats, or also 16-bit PCM with `encoding: 's16le'`. */
export class LiveStream<Samples extends Pcm16 = Float32Array> extends RecognitionStream {
  #pushed: PushedSamples;

  constructor(client: WorkerClient, { sampleRate, encoding, options, signal }: LiveSetup) {
    const pushed = new PushedSamples(encoding);
    super(client, (id) => ({ type: 'samples-open', id, sampleRate, options }), signal);
    this.#pushed = pushed;
  }

  /**
   * Push mono samples at the stream's rate; resolves when there is room for more.
   * @param samples in [-1, 1]; 16-bit PCM where the stream was opened with `encoding: 's16le'`
   * @throws OPTION_INVALID where they are anything else; STREAM_CLOSED; the error of a failed stream
   */
  async accept(samples: Samples): Promise<void> {
    const taken = this.#pushed.take(samples);
    await this.push({ type: 'samples', id: this.id, samples: taken });
  }

  /** What has been pushed so far is a segment, given at once as after a pause (push-to-talk); the stream goes on. @throws STREAM_CLOSED */
  async finalize(): Promise<void> {
    await this.push({ type: 'finalize', id: this.id });
  }

  /** What has been pushed since the last segment is forgotten; the stream goes on. @throws STREAM_CLOSED */
  async reset(): Promise<void> {
    await this.push({ type: 'reset', id: this.id });
  }
}

refuseCalls(LiveStream.prototype, {
  acceptBytes: 'a live stream takes samples by accept(); bytes of a recording go to createRecordingStream()',
  feed: 'a live stream takes samples by accept(); bytes of a recording go to createRecordingStream()',
});
