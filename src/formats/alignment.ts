import type { Alignment } from '../recognizer/align.js';

/** An interval tier of a TextGrid: gaps are intervals without text, as Praat wants them. */
function tier(
  name: string,
  duration: number,
  intervals: readonly { text: string; start: number; end: number }[],
): string {
  const all: { text: string; start: number; end: number }[] = [];
  let at = 0;
  for (const i of intervals) {
    if (i.start > at) all.push({ text: '', start: at, end: i.start });
    all.push(i);
    at = i.end;
  }
  if (at < duration) all.push({ text: '', start: at, end: duration });
  const rows = all.map(
    ({ text, start, end }, i) =>
      `        intervals [${i + 1}]:\n            xmin = ${start}\n            xmax = ${end}\n            text = "${text.replaceAll('"', '""')}"\n`,
  );
  return `        class = "IntervalTier"\n        name = "${name}"\n        xmin = 0\n        xmax = ${duration}\n        intervals: size = ${all.length}\n${rows.join('')}`;
}

/** Praat's TextGrid, long form, with a tier of words and one of phones. */
export function textGrid({ duration, words }: Alignment): string {
  const phones = words.flatMap((w) => w.phones);
  return `File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0\nxmax = ${duration}\ntiers? <exists>\nsize = 2\nitem []:\n    item [1]:\n${tier('words', duration, words)}    item [2]:\n${tier('phones', duration, phones)}`;
}
