import { HearkenError } from '../errors.js';
import { AsyncQueue } from './async-queue.js';
import type { ChannelResult, StreamSummary, ToWorker } from './messages.js';
import type { WorkerClient } from './worker-client.js';

/** Messages that may wait in a worker before a push makes its caller wait. */
const MAX_PENDING = 8;

let lastId = 0;

/**
 * A stream on its way through a worker: push input in, iterate over results. Memory is bounded: a push resolves only
 * when there is room for more. Iterate while pushing, or push everything first; results wait in order. What can be
 * pushed depends on its kind: `LiveStream` takes samples, `RecordingStream` the bytes of a recording.
 */
export abstract class RecognitionStream implements AsyncIterable<ChannelResult> {
  readonly id = ++lastId;
  /** Resolves when all input has been recognised, rejects when the stream failed. */
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
        switch (m.type) {
          case 'result':
            this.#results.push(m.result);
            break;
          case 'taken':
            this.#taken();
            break;
          case 'done':
            this.#end(undefined, m.summary);
            break;
          case 'error':
            this.#end(new HearkenError(m.code, m.message));
            break;
        }
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

  /** Send one message of input; resolves when there is room for more. @throws STREAM_CLOSED; the error of a failed stream */
  protected async push(message: ToWorker): Promise<void> {
    if (this.#closed === 'finished') throw new HearkenError('STREAM_CLOSED', 'the stream was finished; open a new one');
    if (this.#closed === 'ended') {
      await this.done;
      throw new HearkenError('STREAM_CLOSED', 'the stream has ended');
    }
    this.#pending++;
    this.#client.send(message);
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

  /** Give up: results not yet taken are lost, `done` rejects with STREAM_ABORTED. */
  abort(): void {
    this.fail(new HearkenError('STREAM_ABORTED', 'the stream was aborted'));
  }

  /** Give up because of an error outside the worker, a source that cannot be read for instance. */
  protected fail(error: HearkenError): void {
    if (this.#closed === 'ended') return;
    this.#client.abort(this.id);
    this.#end(error);
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

/**
 * Calls of the other kind of stream. TypeScript does not know them here; from JavaScript they say what this kind takes.
 * @param calls the name of each call and what the caller should do
 */
export function refuseCalls(prototype: RecognitionStream, calls: Readonly<Record<string, string>>): void {
  for (const [name, advice] of Object.entries(calls)) {
    const value = async (): Promise<never> => {
      throw new HearkenError('STREAM_KIND', `${name}(): ${advice}`);
    };
    Object.defineProperty(prototype, name, { value });
  }
}
