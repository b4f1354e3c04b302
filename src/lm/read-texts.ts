import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { HearkenError } from '../errors.js';
import { ArpaSource, isArpa } from './arpa-source.js';
import { sentences } from './normalize.js';
import { TextStore } from './text-store.js';
import type { Source } from './train.js';

/** Told what is being done and, now and then, which share of it is. */
export type OnStep = (step: string, share?: number) => void;

/** Lines between two tellings of how far reading is. */
const PROGRESS_LINES = 20_000;

export interface TextFiles {
  /** Plain-text files, one or more sentences a line; with `tune` also language models, FILE.arpa. */
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

/** Some files as one text. @throws INPUT_NOT_FOUND */
export async function readText(
  paths: readonly string[],
  onStep: OnStep,
  excluded: ReadonlySet<string> = new Set(),
): Promise<TextStore> {
  const store = new TextStore(excluded);
  for (const path of paths) {
    onStep(`reading ${path}`);
    const { size } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0 }; // linesOf says what cannot be read
    let lines = 0;
    let read = 0;
    for await (const line of linesOf(path)) {
      store.addLine(line);
      read += line.length + 1;
      if (++lines % PROGRESS_LINES === 0) onStep(`reading ${path}`, Math.min(1, read / size));
    }
  }
  return store;
}

/** Sources of a language model: all texts as one, or with `tune` each apart. @throws INPUT_NOT_FOUND, OPTION_INVALID */
export async function readTexts(
  { texts, exclude, tune }: TextFiles,
  onStep: OnStep,
): Promise<{ sources: Source[]; heldOut: string[][] }> {
  const excluded = await sentenceSet(exclude);
  const heldOut = await sentencesOf(tune);
  if (tune.length === 0) {
    const model = texts.find(isArpa);
    if (model) throw new HearkenError('OPTION_INVALID', `${model}: a model joins texts only with sentences to tune on`);
    return { sources: [await readText(texts, onStep, excluded)], heldOut };
  }
  const sources: Source[] = [];
  for (const path of texts) {
    if (isArpa(path)) sources.push(new ArpaSource(path));
    else {
      const text = await readText([path], onStep, excluded);
      if (text.words > 0) sources.push(text);
    }
  }
  return { sources: sources.length > 0 ? sources : [new TextStore()], heldOut };
}
