import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { Engine, type Word } from '../src/index.js';
import { segmentsOf } from '../src/recognizer/segments.js';
import { align } from '../src/scoring/index.js';
import { allClips, RATE, writeRounds } from './all-clips.js';
import { watchedHearken } from './peak-memory.js';
import { draw, keep, machine, table } from './results.js';

/** Rows of the table of memory. */
const ROWS = 12;

/**
 * One recording of many hours, made of all librispeech dev clips over and over with pauses between, through the command line: memory by the
 * hour, and the words and times of each half hour against what is heard of it as a part.
 * @param args hours (3)
 */
export async function longBench([hours = '3']: string[]): Promise<void> {
  const directory = mkdtempSync(resolve(tmpdir(), 'hearken-long-'));
  try {
    const { samples: round } = await allClips();
    const seconds = round.length / RATE;
    const rounds = Math.ceil((Number(hours) * 3600) / seconds);
    const path = resolve(directory, 'long.wav');
    writeRounds(path, round, rounds);
    const ran = await watchedHearken('transcribe', path, '-j', '1', '-f', 'json', '-o', directory);
    const { segments } = JSON.parse(readFileSync(resolve(directory, 'long.json'), 'utf8')) as {
      segments: { words: Word[] }[];
    };
    const words = segments.flatMap((s) => s.words);
    console.log(machine());
    const row = table('from, h', 'words', 'other words as a part', 'largest difference of times, s');
    await using engine = await Engine.load();
    const parts = await Promise.all(
      Array.from({ length: rounds }, async (_, r) => {
        const part = { from: r * round.length, to: (r + 1) * round.length };
        return (await segmentsOf(engine.open(path, { part }))).segments[0].flatMap((s) => s.words);
      }),
    );
    for (const [r, heard] of parts.entries()) {
      const own = words.filter((w) => Math.floor(w.start / seconds) === r);
      const { others, shift } = compared(own, heard);
      row(((r * seconds) / 3600).toFixed(2), own.length, others, shift.toFixed(3));
    }
    const ordered = words.every((w, i) => w.start <= w.end && (i === 0 || words[i - 1].end <= w.start));
    const whole = rounds * seconds;
    const inside = (words.at(-1)?.end ?? 0) <= whole;
    console.log(
      `\n${(whole / 3600).toFixed(2)} h in ${ran.seconds.toFixed(0)} s; ${words.length} words, times ${ordered && inside ? 'in order and inside' : 'NOT in order'}; ${ran.megabytes.toFixed(0)} MB at most\n`,
    );
    // Work goes on evenly, so that a share of the time is a share of the recording.
    const memory = ran.memory.map((m) => ({
      hours: (m.seconds / ran.seconds) * (whole / 3600),
      megabytes: m.megabytes,
    }));
    const memoryRow = table('hours', 'memory, MB');
    for (let i = 1; i <= ROWS; i++) {
      const { hours: at, megabytes } = memory[Math.round((i * (memory.length - 1)) / ROWS)];
      memoryRow(at.toFixed(2), megabytes.toFixed(0));
    }
    keep('long', { seconds: whole, took: ran.seconds, words: words.length, memory });
    const top = 100 * Math.ceil(ran.megabytes / 100);
    draw(
      'long',
      'Memory of the process over one recording',
      {
        label: 'hours',
        min: 0,
        max: Math.ceil(whole / 3600),
        ticks: Array.from({ length: Math.ceil(whole / 3600) + 1 }, (_, i) => i),
      },
      { label: 'MB', min: 0, max: top, ticks: [0, top / 2, top] },
      [{ name: 'resident', points: memory.map((m) => ({ x: m.hours, y: m.megabytes })) }],
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Words that differ, and the largest difference of the times of those that do not. */
function compared(own: readonly Word[], heard: readonly Word[]): { others: number; shift: number } {
  let [i, j, others, shift] = [0, 0, 0, 0];
  const texts = (words: readonly Word[]): string[] => words.map((w) => w.text);
  for (const { operation, reference, hypothesis } of align(texts(own), texts(heard))) {
    if (operation === 'correct')
      shift = Math.max(shift, Math.abs(own[i].start - heard[j].start), Math.abs(own[i].end - heard[j].end));
    else others++;
    if (reference !== undefined) i++;
    if (hypothesis !== undefined) j++;
  }
  return { others, shift };
}
