import { resolve } from 'node:path';
import { DirectoryQueue } from './directory-queue.js';
import type { BatchQueue } from './queue.js';

export interface QueueOptions {
  /** `redis://…`, `rediss://…`, or a directory. */
  queue: string;
  /** Checksum of the model package: every model has jobs of its own. */
  model: string;
  /** How long the job of a worker that died waits for another; default 30 s. */
  claimMs?: number;
  /** Called with what its owner should know: files that are not whole, a Redis that keeps nothing; default: console.warn. */
  onWarning?: (message: string) => void;
}

const CLAIM_MS = 30_000;

/** @throws QUEUE_UNAVAILABLE */
export async function openQueue(options: QueueOptions): Promise<BatchQueue> {
  const { queue, model, claimMs = CLAIM_MS, onWarning = (m) => console.warn(`hearken: ${m}`) } = options;
  if (!/^rediss?:\/\//.test(queue)) return DirectoryQueue.open(resolve(queue, model), claimMs, onWarning);
  // BullMQ and its client are loaded by those who use them.
  const { RedisQueue } = await import('./redis-queue.js');
  return RedisQueue.open(queue, `hearken-${model}`, claimMs, onWarning);
}
