import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { writeAtomically } from '../binary/atomic-file.js';
import { HearkenError } from '../errors.js';

const FOLDERS = ['jobs', 'claims', 'failed', 'done', 'dead', 'broken'];

export const missing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** The files of a directory queue: one a value, in folders, each a JSON object. */
export class QueueFiles {
  private constructor(
    private readonly root: string,
    private readonly warn: (message: string) => void,
  ) {}

  /** @param warn called for files that are moved aside. @throws QUEUE_UNAVAILABLE */
  static async open(root: string, warn: (message: string) => void): Promise<QueueFiles> {
    try {
      for (const folder of FOLDERS) await mkdir(resolve(root, folder), { recursive: true });
    } catch (cause) {
      throw new HearkenError('QUEUE_UNAVAILABLE', `cannot make the queue ${root}: ${(cause as Error).message}`, {
        cause,
      });
    }
    return new QueueFiles(root, warn);
  }

  path(folder: string, id: string): string {
    return resolve(this.root, folder, `${id}.json`);
  }

  async ids(folder: string): Promise<string[]> {
    const names = await readdir(resolve(this.root, folder));
    return names.filter((n) => n.endsWith('.json')).map((n) => n.slice(0, -5));
  }

  /**
   * Undefined where there is none. One that is empty, torn or not what `whole` wants, after a power cut for instance, is moved into
   * `broken/`: the others are worked on.
   */
  async read<T extends object>(
    folder: string,
    id: string,
    whole: (value: Partial<T>) => boolean,
  ): Promise<T | undefined> {
    const path = this.path(folder, id);
    try {
      const value = JSON.parse(await readFile(path, 'utf8')) as T | null;
      if (typeof value === 'object' && value !== null && whole(value)) return value;
    } catch (error) {
      if (missing(error)) return undefined;
      if (!(error instanceof SyntaxError)) throw error;
    }
    const aside = resolve(this.root, 'broken', `${folder}-${id}.json`);
    await rename(path, aside).catch(() => undefined);
    this.warn(`${path} is not whole and was moved to ${aside}; submit its recording again`);
    return undefined;
  }

  async has(folder: string, id: string): Promise<boolean> {
    return stat(this.path(folder, id)).then(
      () => true,
      () => false,
    );
  }

  write(folder: string, id: string, value: unknown): Promise<void> {
    return writeAtomically(this.path(folder, id), JSON.stringify(value));
  }

  remove(folder: string, id: string): Promise<void> {
    return rm(this.path(folder, id), { force: true });
  }
}
