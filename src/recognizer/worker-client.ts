import { Worker } from 'node:worker_threads';
import { HearkenError } from '../errors.js';
import type { FromWorker, ToWorker, WorkerSetup } from './messages.js';

/** What a stream hears from its worker. */
export interface WorkerListener {
  message(message: Extract<FromWorker, { id: number }>): void;
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

/** One worker thread and the streams on it. */
export class WorkerClient {
  #worker: Worker;
  #listeners = new Map<number, WorkerListener>();
  #closing = false;
  readonly ready: Promise<Extract<FromWorker, { type: 'ready' }>>;
  readonly exited: Promise<void>;

  constructor(setup: WorkerSetup, onDeath: (dead: WorkerClient) => void) {
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: setup,
      // Past this heap the thread dies, and not the process.
      resourceLimits: { maxOldGenerationSizeMb: setup.heapMegabytes, stackSizeMb: stackMegabytes(commandLine()) },
    });
    this.ready = new Promise((resolve, reject) => {
      this.#worker.on('message', (message: FromWorker) => {
        if (message.type === 'ready') resolve(message);
        else if (message.type === 'failed') reject(new HearkenError(message.code, message.message));
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
  }

  send(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  detach(id: number): void {
    this.#listeners.delete(id);
  }

  #dispatch(message: Extract<FromWorker, { id: number }>): void {
    const listener = this.#listeners.get(message.id);
    if (message.type === 'done' || message.type === 'error') this.#listeners.delete(message.id);
    listener?.message(message);
  }

  #lose(error: HearkenError): void {
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const l of listeners) l.lost(error);
  }

  /** Ask the thread to end; it does once its inference is through. Terminating it mid-run would abort the process. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const [id] of this.#listeners) this.send({ type: 'abort', id });
    this.send({ type: 'close' });
    await this.exited;
  }
}
