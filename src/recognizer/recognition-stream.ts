import { HearkenError } from '../errors.js';
import { AsyncQueue } from './async-queue.js';
import type { ChannelResult, StreamSummary, ToWorker } from './messages.js';
import type { WorkerClient } from './worker-client.js';

/** Messages that may wait in a worker before accept() makes its caller wait. */
const MAX_PENDING = 8;

let lastId = 0;

/**
 * A stream on its way through a worker: push input in, iterate over results. Memory is bounded: `accept` resolves only
 * when there is room for more. Iterate while pushing, or push everything first; results wait in order.
 */
export class RecognitionStream implements AsyncIterable<ChannelResult> {
  readonly id = ++lastId;
  /** Resolves when the stream has been worked off, rejects when it failed. */
  readonly done: Promise<StreamSummary>;
  #client: WorkerClient;
  #results = new AsyncQueue<ChannelResult>();
  #pending = 0;
  #room: (() => void)[] = [];
  #closed: 'open' | 'finished' | 'ended' = 'open';
  #settle!: { resolve: (s: StreamSummary) => void; reject: (e: unknown) => void };
  #stopListening: () => void = () => undefined;

  constructor(client: WorkerClient, open: (id: number) => ToWorker, signal?: AbortSignal) {
    this.#client = client;
    this.done = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.done.catch(() => undefined);
    client.attach(this.id, {
      message: (m) => {
        if (m.type === 'result') this.#results.push(m.result);
        else if (m.type === 'taken') this.#taken();
        else if (m.type === 'done') this.#end(undefined, m.summary);
        else this.#end(new HearkenError(m.code, m.message));
      },
      lost: (error) => this.#end(error),
    });
    this.#results.onTake = (value) => {
      if (value === undefined) this.abort(); // the consumer left its loop
    };
    client.send(open(this.id));
    if (signal) {
      const abort = (): void => this.abort();
      signal.addEventListener('abort', abort, { once: true });
      this.#stopListening = () => signal.removeEventListener('abort', abort);
      if (signal.aborted) this.abort();
    }
  }

  /** Push mono samples in [-1, 1] at the stream's rate. @throws STREAM_CLOSED; the error of a failed stream */
  async accept(samples: Float32Array): Promise<void> {
    await this.#push((id) => ({ type: 'samples', id, samples: samples.slice() }));
  }

  /** Push bytes of a recording. */
  async acceptBytes(bytes: Uint8Array): Promise<void> {
    await this.#push((id) => ({ type: 'bytes', id, bytes: Uint8Array.from(bytes) }));
  }

  /**
   * What has been pushed so far is a segment, given at once as after a pause (push-to-talk); the stream goes on.
   * Live streams only. @throws STREAM_CLOSED
   */
  async finalize(): Promise<void> {
    await this.#push((id) => ({ type: 'finalize', id }));
  }

  /** What has been pushed since the last segment is forgotten; the stream goes on. Live streams only. @throws STREAM_CLOSED */
  async reset(): Promise<void> {
    await this.#push((id) => ({ type: 'reset', id }));
  }

  async #push(message: (id: number) => ToWorker): Promise<void> {
    if (this.#closed === 'finished') throw new HearkenError('STREAM_CLOSED', 'the stream was finished; open a new one');
    if (this.#closed === 'ended') {
      await this.done;
      throw new HearkenError('STREAM_CLOSED', 'the stream has ended');
    }
    this.#pending++;
    this.#client.send(message(this.id));
    if (this.#pending >= MAX_PENDING) await new Promise<void>((resolve) => this.#room.push(resolve));
  }

  /** No more input; resolves when all results are out. */
  async finish(): Promise<StreamSummary> {
    this.endInput();
    return this.done;
  }

  /** No more input, without waiting. */
  endInput(): void {
    if (this.#closed !== 'open') return;
    this.#closed = 'finished';
    this.#client.send({ type: 'end', id: this.id });
  }

  /** Give up: results not yet read are lost, `done` rejects with STREAM_ABORTED. */
  abort(): void {
    if (this.#closed === 'ended') return;
    this.#client.send({ type: 'abort', id: this.id });
    this.#client.detach(this.id);
    this.#end(new HearkenError('STREAM_ABORTED', 'the stream was aborted'));
  }

  #taken(): void {
    this.#pending--;
    this.#room.shift()?.();
  }

  #end(error: HearkenError | undefined, summary?: StreamSummary): void {
    if (this.#closed === 'ended') return;
    this.#closed = 'ended';
    this.#stopListening();
    if (error) this.#settle.reject(error);
    else this.#settle.resolve(summary as StreamSummary);
    this.#results.end(error);
    for (const resolve of this.#room.splice(0)) resolve();
  }

  [Symbol.asyncIterator](): AsyncIterator<ChannelResult> {
    return this.#results;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abort();
  }
}
