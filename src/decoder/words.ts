import { FIRST_WORD, WORD_BEGIN, WORD_END } from '../graph/labels.js';
import type { PathLabel } from './path.js';

/** A word of a path with the frames it covers: [begin, end). */
export interface TimedWord {
  label: number;
  begin: number;
  end: number;
  /** False for the last word of a path that stops inside it. */
  complete: boolean;
}

/** Words and their frames from the labels of a path, which mark each word's beginning and end. */
export function timedWords(labels: readonly PathLabel[], frames: number): TimedWord[] {
  const words: TimedWord[] = [];
  let begin = 0;
  let open: TimedWord | undefined;
  for (const { label, frame } of labels) {
    if (label === WORD_BEGIN) begin = frame;
    else if (label === WORD_END && open) {
      open.end = frame;
      open.complete = true;
      open = undefined;
    } else if (label >= FIRST_WORD) {
      open = { label, begin, end: frames, complete: false };
      words.push(open);
    }
  }
  return words;
}
