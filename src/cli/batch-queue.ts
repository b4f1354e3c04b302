import { createHash } from 'node:crypto';
import { Option } from 'commander';
import { type BatchQueue, openQueue } from '../batch/index.js';
import { DEFAULT_MODEL, findModel, readCard } from '../package/index.js';

export interface QueueFlags {
  queue: string;
  model?: string;
}

export const queueOption = (): Option =>
  new Option('-q, --queue <where>', 'redis://HOST:PORT, or a directory')
    .env('HEARKEN_QUEUE')
    .default('hearken-queue', 'the directory hearken-queue');

/** What makes a model the one it is, by its card: its files are checked where they are loaded. @throws MODEL_* */
export function modelChecksum(flags: QueueFlags): string {
  const { checksums } = readCard(findModel(flags.model ?? DEFAULT_MODEL), false);
  return createHash('sha256').update(JSON.stringify(checksums)).digest('hex').slice(0, 16);
}

export function queueOf(flags: QueueFlags, claimMs?: number): Promise<BatchQueue> {
  return openQueue({
    queue: flags.queue,
    model: modelChecksum(flags),
    ...(claimMs !== undefined && { claimMs }),
    onWarning: (m) => process.stderr.write(`hearken: warning: ${m}\n`),
  });
}
