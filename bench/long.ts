import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { Engine } from '../src/index.js';
import { s16, wav } from '../test/support/wav.js';
import { allClips, RATE } from './all-clips.js';
import { draw, keep, table } from './results.js';

/**
 * One recording of many hours, made of all librispeech dev clips over and over with pauses between: memory by the hour, and each round's
 * words and times against the first's.
 * @param args hours (3)
 */
export async function longBench([hours = '3']: string[]): Promise<void> {
  const directory = mkdtempSync(resolve(tmpdir(), 'hearken-long-'));
  try {
    const { samples: round } = await allClips();
    const rounds = Math.ceil((Number(hours) * 3600 * RATE) / round.length);
    const path = resolve(directory, 'long.wav');
    const data = Buffer.concat(Array.from({ length: rounds }, () => s16(round)));
    writeFileSync(path, wav({ data }));
    await using engine = await Engine.load({ workers: 1 });
    const stream = engine.open(path);
    const memory: { hours: number; megabytes: number }[] = [];
    const words: { text: string; start: number; end: number }[] = [];
    let next = 0;
    const began = performance.now();
    for await (const result of stream) {
      if (result.type !== 'final') continue;
      words.push(...result.words);
      if (result.end >= next) {
        memory.push({ hours: next / 3600, megabytes: process.memoryUsage.rss() / 2 ** 20 });
        next += 900;
      }
    }
    const summary = await stream.done;
    const took = (performance.now() - began) / 1000;
    const seconds = round.length / RATE;
    const byRound = Array.from({ length: rounds }, (_, r) => words.filter((w) => Math.floor(w.start / seconds) === r));
    const row = table('round', 'words', 'same words as the first', 'largest difference of times, s');
    for (const [r, own] of byRound.entries()) {
      const same = own.length === byRound[0].length && own.every((w, i) => w.text === byRound[0][i].text);
      const shift = same
        ? Math.max(...own.map((w, i) => Math.abs(w.start - r * seconds - byRound[0][i].start))).toFixed(3)
        : '';
      row(r + 1, own.length, same ? 'yes' : 'no', shift);
    }
    const ordered = words.every((w, i) => w.start <= w.end && (i === 0 || words[i - 1].end <= w.start));
    console.log(
      `\n${(summary.seconds / 3600).toFixed(2)} h in ${took.toFixed(0)} s; ${words.length} words, times ${ordered ? 'in order' : 'NOT in order'}, the last within ${summary.seconds.toFixed(2)} s: ${words.at(-1)?.end.toFixed(2)} s`,
    );
    const memoryRow = table('hours', 'memory, MB');
    for (const m of memory) memoryRow(m.hours.toFixed(2), m.megabytes.toFixed(0));
    keep('long', { seconds: summary.seconds, took, words: words.length, memory });
    const top = 100 * Math.ceil(Math.max(...memory.map((m) => m.megabytes)) / 100);
    draw(
      'long',
      'Memory of the process over one recording',
      { label: 'hours', min: 0, max: Number(hours), ticks: Array.from({ length: Number(hours) + 1 }, (_, i) => i) },
      { label: 'MB', min: 0, max: top, ticks: [0, top / 2, top] },
      [{ name: 'resident', points: memory.map((m) => ({ x: m.hours, y: m.megabytes })) }],
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}
