import { readFileSync } from 'node:fs';
import { HearkenError } from './errors.js';

const STDIN = 0;

/** The bytes of a file that a user named, `-` for standard input. @throws INPUT_NOT_FOUND */
export function inputBytes(path: string): Buffer {
  try {
    return readFileSync(path === '-' ? STDIN : path);
  } catch (cause) {
    throw new HearkenError('INPUT_NOT_FOUND', `cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** The text of a file that a user named, `-` for standard input. @throws INPUT_NOT_FOUND */
export const inputText = (path: string): string => inputBytes(path).toString();

/** A named input that cannot be read, and why. Names that are no UTF-8 reach a program as others, which are not there. */
export function cannotRead(path: string, cause: unknown): HearkenError {
  const name = path.includes('\ufffd') ? ' (its name is not UTF-8: rename it)' : '';
  return new HearkenError('INPUT_NOT_FOUND', `cannot read ${path}${name}: ${(cause as Error).message}`, { cause });
}
