import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HearkenError } from '../errors.js';

/** Whole or not at all: a file of another name is filled and then renamed. @throws OUTPUT_WRITE */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const partial = `${path}.${randomUUID()}.partial`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(partial, text);
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw new HearkenError('OUTPUT_WRITE', `cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}
