import { createHash } from 'node:crypto';
import type { Entry } from '../batch/index.js';

const HASH_LETTERS = 8;

/**
 * The name each recording's outputs get. Recordings of two directories may have the same; each of those gets a piece of the hash of its
 * path, which does not depend on what else is there or in what order.
 */
export function outputNames(entries: readonly Entry[]): { entry: Entry; name: string }[] {
  const counts = new Map<string, number>();
  for (const { name } of entries) counts.set(name, (counts.get(name) ?? 0) + 1);
  return entries.map((entry) => ({
    entry,
    name: counts.get(entry.name) === 1 ? entry.name : `${entry.name}-${hashOf(entry.path)}`,
  }));
}

const hashOf = (path: string): string => createHash('sha256').update(path).digest('hex').slice(0, HASH_LETTERS);
