import { Worker } from 'node:worker_threads';

/** Threads that were sent something since this was called, by which they can be reached. */
export function watchWorkers(): { workers: Set<Worker>; stop: () => void } {
  const workers = new Set<Worker>();
  const original = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (this: Worker, ...args: Parameters<Worker['postMessage']>) {
    workers.add(this);
    return original.apply(this, args);
  };
  return {
    workers,
    stop: () => {
      Worker.prototype.postMessage = original;
    },
  };
}

/** Make a worker thread die of an exception nobody catches: it cannot read this message. */
export const crash = (worker: Worker): void => worker.postMessage(null);
