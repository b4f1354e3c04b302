import { Worker } from 'node:worker_threads';
import { HearkenError } from '../errors.js';
import type { FromWorker, ToWorker, WorkerSetup } from './messages.js';

/** What a worker says of one stream. */
export type StreamMessage = Exclude<Extract<FromWorker, { id: number }>, { type: 'aborted' }>;

/** Who is called when a worker says something of a stream. */
export interface WorkerListener {
  message(message: StreamMessage): void;
  /** The worker died. */
  lost(error: HearkenError): void;
}

/** Node's own default. */
const STACK_MEGABYTES = 4;
/** ONNX Runtime searches the command line recursively as its first session is made, in about 240 bytes of stack a letter. */
const STACK_BYTES_PER_LETTER = 512;

/** Of a worker's thread; only what is used of it takes memory. @param letters of the command line of the process */
export function stackMegabytes(letters: number): number {
  return STACK_MEGABYTES + Math.ceil((letters * STACK_BYTES_PER_LETTER) / 2 ** 20);
}

const commandLine = (): number =>
  [...process.execArgv, ...process.argv].reduce((sum, arg) => sum + Buffer.byteLength(arg) + 1, 0);

/** Without the kind of `node --input-type=module -e`: it is for a program that is no file, and a thread's is one. */
const flagsForThreads = (flags: readonly string[]): string[] =>
  flags.filter((flag, i) => !flag.startsWith('--input-type') && flags[i - 1] !== '--input-type');

/** One worker thread and the streams on it. */
export class WorkerClient {
  #worker: Worker;
  #listeners = new Map<number, WorkerListener>();
  /** Streams given up that may still run. */
  #aborting = new Set<number>();
  #loading = true;
  #closing = false;
  readonly ready: Promise<Extract<FromWorker, { type: 'ready' }>>;
  readonly exited: Promise<void>;

  constructor(setup: WorkerSetup, onDeath: (dead: WorkerClient) => void) {
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: setup,
      execArgv: flagsForThreads(process.execArgv),
      // Past this heap the thread dies, and not the process.
      resourceLimits: { maxOldGenerationSizeMb: setup.heapMegabytes, stackSizeMb: stackMegabytes(commandLine()) },
    });
    this.ready = new Promise((resolve, reject) => {
      this.#worker.on('message', (message: FromWorker) => {
        if (message.type === 'ready') {
          this.#loading = false;
          this.#holdProcess();
          resolve(message);
        } else if (message.type === 'failed') reject(new HearkenError(message.code, message.message));
        else this.#dispatch(message);
      });
      this.#worker.once('error', (cause) => {
        const error = new HearkenError('WORKER_FAILED', `a worker thread died: ${cause.message}`, { cause });
        reject(error);
        this.#lose(error);
      });
      this.#worker.once('exit', () => {
        const error = new HearkenError('WORKER_FAILED', 'a worker thread ended unexpectedly');
        reject(error);
        this.#lose(error);
        if (!this.#closing) onDeath(this);
      });
    });
    this.ready.catch(() => undefined);
    this.exited = new Promise((resolve) => {
      this.#worker.once('exit', () => resolve());
    });
  }

  get streams(): number {
    return this.#listeners.size;
  }

  attach(id: number, listener: WorkerListener): void {
    this.#listeners.set(id, listener);
    this.#holdProcess();
  }

  send(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  /** Give a stream up; nothing more is said of it. */
  abort(id: number): void {
    if (!this.#listeners.delete(id)) return;
    this.#aborting.add(id);
    this.send({ type: 'abort', id });
  }

  #dispatch(message: Extract<FromWorker, { id: number }>): void {
    if (message.type === 'aborted') this.#aborting.delete(message.id);
    else {
      const listener = this.#listeners.get(message.id);
      if (message.type === 'done' || message.type === 'error') this.#listeners.delete(message.id);
      listener?.message(message);
    }
    this.#holdProcess();
  }

  /** The thread keeps the process alive while it loads, works or ends; an idle one does not. Ended in mid-inference it would crash it. */
  #holdProcess(): void {
    if (this.#loading || this.#closing || this.#listeners.size + this.#aborting.size > 0) this.#worker.ref();
    else this.#worker.unref();
  }

  #lose(error: HearkenError): void {
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const l of listeners) l.lost(error);
  }

  /** Ask the thread to end; it does once its inference is through. Terminating it mid-run would abort the process. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#holdProcess();
    for (const [id] of this.#listeners) this.send({ type: 'abort', id });
    this.send({ type: 'close' });
    await this.exited;
  }
}
