import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { HearkenError } from '../errors.js';

/** On the disk itself, so that a power cut does not leave an empty file where a whole one was seen. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Whole or not at all, and on the disk when it returns: a file of another name is filled and then renamed. That name is short, since the
 * one wanted may be as long as the file system allows. @throws OUTPUT_WRITE
 */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const partial = resolve(dirname(path), `.${randomUUID()}.partial`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(partial, 'w');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, path);
    // The name as well; where directories cannot be opened (Windows), the file system sees to it.
    await sync(dirname(path)).catch(() => undefined);
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw new HearkenError('OUTPUT_WRITE', `cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}
