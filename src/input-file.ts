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
