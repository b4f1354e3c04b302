import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { scoringWords } from '../src/scoring/index.js';
import { random } from '../test/support/random-fst.js';
import { allClips, RATE, writeRounds } from './all-clips.js';
import { watchedHearken } from './peak-memory.js';
import { keep, machine, table } from './results.js';

/** A word may begin this much outside the clip it is said in. */
const SLACK = 0.1;

/**
 * A long recording and its transcript through `hearken align`: time, memory, and how many words are found where they are said; and again
 * with words of the transcript replaced, lost and put in.
 * @param args hours (1), share of words made wrong (0.05)
 */
export async function alignBench([hours = '1', wrong = '0.05']: string[]): Promise<void> {
  const { samples, clips } = await allClips();
  const rounds = Math.max(1, Math.round((Number(hours) * 3600 * RATE) / samples.length));
  const directory = mkdtempSync(resolve(tmpdir(), 'hearken-align-'));
  try {
    const audio = resolve(directory, 'long.wav');
    writeRounds(audio, samples, rounds);
    const said = Array.from({ length: rounds }, (_, r) =>
      clips.flatMap(({ text, begin, end }) =>
        scoringWords(text).map((word) => {
          const before = r * samples.length;
          return { word, from: (before + begin) / RATE - SLACK, to: (before + end) / RATE + SLACK };
        }),
      ),
    ).flat();
    console.log(`${machine()}; ${((rounds * samples.length) / RATE / 3600).toFixed(2)} h, ${said.length} words`);
    const row = table('transcript', 'words aligned', 'in their clip', 'passed over', 'seconds', 'memory, MB');
    const measured: object[] = [];
    for (const share of [0, Number(wrong)]) {
      const next = random(5);
      // What stands in the transcript: the right word, another, none, or one more.
      const words = said.flatMap((w) => {
        if (next() >= share) return [w];
        const other = { ...said[Math.floor(next() * said.length)], from: 0, to: 0 };
        const kind = Math.floor(next() * 3);
        return kind === 0 ? [other] : kind === 1 ? [] : [w, other];
      });
      const text = resolve(directory, 'long.txt');
      writeFileSync(text, words.map((w) => w.word).join('\n'));
      const ran = await watchedHearken('align', audio, text);
      const found = JSON.parse(ran.out) as {
        words: { text: string; start: number; end: number }[];
        skipped: { position: number }[];
      };
      if (found.words.length + found.skipped.length !== words.length) throw new Error('words were split');
      const skipped = new Set(found.skipped.map((s) => s.position));
      const kept = words.filter((_, i) => !skipped.has(i));
      const right = kept.filter((w) => w.to > 0);
      const inside = kept.filter((w, i) => w.to > 0 && found.words[i].start >= w.from && found.words[i].end <= w.to);
      const name = share === 0 ? 'as said' : `${100 * share} % of the words wrong`;
      row(
        name,
        found.words.length,
        `${((100 * inside.length) / right.length).toFixed(2)} %`,
        skipped.size,
        ran.seconds.toFixed(0),
        ran.megabytes.toFixed(0),
      );
      measured.push({
        name,
        aligned: found.words.length,
        inside: inside.length / right.length,
        skipped: skipped.size,
        seconds: ran.seconds,
        megabytes: ran.megabytes,
      });
    }
    keep('align', measured);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
