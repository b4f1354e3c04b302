import { types } from 'node:util';
import { HearkenError } from '../errors.js';
import type { RecordingOptions } from './messages.js';
import { RecognitionStream, refuseCalls } from './recognition-stream.js';
import { nameOfKind } from './recording-input.js';
import type { WorkerClient } from './worker-client.js';

/** The bytes of a recording, container and all, pushed in pieces of any size. */
export class RecordingStream extends RecognitionStream {
  #path: string | undefined;

  /** @param path the worker reads the recording itself, and nothing can be pushed */
  constructor(client: WorkerClient, options: RecordingOptions, signal: AbortSignal | undefined, path?: string) {
    super(client, (id) => ({ type: 'recording', id, ...(path !== undefined && { path }), options }), signal);
    this.#path = path;
  }

  /** Push bytes; resolves when there is room for more. @throws OPTION_INVALID; STREAM_KIND; STREAM_CLOSED; the error of a failed stream */
  async acceptBytes(bytes: Uint8Array): Promise<void> {
    if (this.#path !== undefined)
      throw new HearkenError('STREAM_KIND', `acceptBytes(): the stream reads ${this.#path} itself`);
    if (!types.isUint8Array(bytes))
      throw new HearkenError('OPTION_INVALID', `bytes: ${nameOfKind(bytes)} is not a Uint8Array or Buffer`);
    await this.push({ type: 'bytes', id: this.id, bytes: Uint8Array.from(bytes) });
  }

  /** Push all that a source gives, and end the input. A source that fails is the failure of the stream. */
  async feed(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of source) await this.acceptBytes(chunk);
      this.endInput();
    } catch (error) {
      const unreadable = (cause: unknown): HearkenError =>
        new HearkenError('INPUT_NOT_FOUND', `the input cannot be read: ${(cause as Error)?.message ?? cause}`, {
          cause,
        });
      this.fail(error instanceof HearkenError ? error : unreadable(error));
    }
  }
}

const SAMPLES_ELSEWHERE = 'a recording is pushed by acceptBytes(); live samples go to createStream()';
const LIVE_ONLY = 'only a live stream, createStream(), can do this';

refuseCalls(RecordingStream.prototype, { accept: SAMPLES_ELSEWHERE, finalize: LIVE_ONLY, reset: LIVE_ONLY });
