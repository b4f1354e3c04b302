import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { HearkenError } from '../errors.js';
import { sentences } from './normalize.js';
import { TextStore } from './text-store.js';

/** Told what is being done and, now and then, which share of it is. */
export type OnStep = (step: string, share?: number) => void;

/** Lines between two tellings of how far reading is. */
const PROGRESS_LINES = 20_000;

export interface TextFiles {
  /** Plain-text files, one or more sentences a line. */
  texts: readonly string[];
  /** Files of sentences to leave out. */
  exclude: readonly string[];
  /** Files of sentences like those to be recognised; with them each text is kept apart, to be weighed. */
  tune: readonly string[];
}

/** The lines of a text file, `-` for standard input. @throws INPUT_NOT_FOUND */
export async function* linesOf(path: string): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: path === '-' ? process.stdin : createReadStream(path) });
  } catch (cause) {
    throw new HearkenError('INPUT_NOT_FOUND', `cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** All sentences of some files. @throws INPUT_NOT_FOUND */
export async function sentencesOf(paths: readonly string[]): Promise<string[][]> {
  const out: string[][] = [];
  for (const path of paths) for await (const line of linesOf(path)) out.push(...sentences(line));
  return out;
}

/** The sentences of some files, to leave them out of texts. @throws INPUT_NOT_FOUND */
export async function sentenceSet(paths: readonly string[]): Promise<Set<string>> {
  return new Set((await sentencesOf(paths)).map((s) => s.join(' ')));
}

/** Texts for a language model: one store, or with `tune` one a text. @throws INPUT_NOT_FOUND */
export async function readTexts(
  { texts, exclude, tune }: TextFiles,
  onStep: OnStep,
): Promise<{ stores: TextStore[]; heldOut: string[][] }> {
  const excluded = await sentenceSet(exclude);
  const heldOut = await sentencesOf(tune);
  let store = new TextStore(excluded);
  const stores = [store];
  for (const path of texts) {
    onStep(`reading ${path}`);
    if (tune.length > 0 && store.words > 0) stores.push((store = new TextStore(excluded)));
    const { size } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0 }; // linesOf says what cannot be read
    let lines = 0;
    let read = 0;
    for await (const line of linesOf(path)) {
      store.addLine(line);
      read += line.length + 1;
      if (++lines % PROGRESS_LINES === 0) onStep(`reading ${path}`, Math.min(1, read / size));
    }
  }
  return { stores, heldOut };
}
