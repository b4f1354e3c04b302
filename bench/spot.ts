import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Engine, type KeywordHit, type KeywordOption } from '../src/index.js';
import { cmudict } from '../src/lexicon/index.js';
import { scoringWords } from '../src/scoring/index.js';
import { manifest, withClips } from './scores.js';

const SETS = ['librispeech', 'commonvoice1'];
/** Keywords have at least so many phones, and are said this often in a set. */
const MIN_PHONES = 6;
const MIN_SAID = 2;
const MAX_KEYWORDS = 40;
const LOOSE = -3;
const THRESHOLDS = [-2, -1.5, -1.2, -1, -0.8, -0.6, -0.5, -0.4, -0.3, -0.2, -0.1];
const PLOT = resolve(import.meta.dirname, '../../bench/results/spot.svg');

interface Point {
  threshold: number;
  missed: number;
  alarms: number;
}

/**
 * Keyword spotting on the dev clips: words of at least six phones that are said at least twice in a set, all listened for at
 * once. A hit in a clip that holds the word counts as right. Misses against false alarms an hour and keyword, by threshold.
 */
export async function spotBench(): Promise<void> {
  await using engine = await Engine.load();
  const phones = new Map([...cmudict()].map(({ word, phones }) => [word, phones.length]));
  const curves: { name: string; points: Point[] }[] = [];
  for (const set of SETS) {
    const clips = manifest(set, 'dev');
    const said = new Map<string, number>();
    for (const { text } of clips) for (const w of new Set(scoringWords(text))) said.set(w, (said.get(w) ?? 0) + 1);
    const keywords = [...said]
      .filter(([w, n]) => n >= MIN_SAID && (phones.get(w) ?? 0) >= MIN_PHONES)
      .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
      .slice(0, MAX_KEYWORDS)
      .map(([text]): KeywordOption => ({ text, threshold: LOOSE }));
    const { hits, seconds, busy } = await listen(engine, set, clips, keywords);
    const texts = new Map(clips.map(({ id, text }) => [id, scoringWords(text)]));
    const total = keywords.reduce((n, { text }) => n + (said.get(text) as number), 0);
    const points = THRESHOLDS.map((threshold): Point => {
      const taken = hits.filter((h) => h.score >= threshold);
      const right = new Set(taken.filter((h) => texts.get(h.id)?.includes(h.text)).map((h) => `${h.id} ${h.text}`));
      const wrong = taken.filter((h) => !texts.get(h.id)?.includes(h.text)).length;
      return { threshold, missed: 1 - right.size / total, alarms: wrong / (seconds / 3600) / keywords.length };
    });
    curves.push({ name: set, points });
    console.log(
      `${set}: ${keywords.length} keywords said in ${total} clips of ${(seconds / 3600).toFixed(2)} h; real-time factor ${(busy / seconds).toFixed(4)}`,
    );
    console.log('| threshold | missed | false alarms an hour and keyword |\n|---|---|---|');
    for (const p of points)
      console.log(`| ${p.threshold} | ${(100 * p.missed).toFixed(1)} % | ${p.alarms.toFixed(2)} |`);
  }
  writeFileSync(PLOT, plot(curves));
}

async function listen(
  engine: Engine,
  set: string,
  clips: { id: string }[],
  keywords: KeywordOption[],
): Promise<{ hits: (KeywordHit & { id: string })[]; seconds: number; busy: number }> {
  return withClips(set, 'dev', async (directory) => {
    const hits: (KeywordHit & { id: string })[] = [];
    let seconds = 0;
    let busy = 0;
    for (const { id } of clips) {
      const stream = engine.open(resolve(directory, `${id}.opus`), { keywords, recognize: false });
      for await (const r of stream) if (r.type === 'keyword') hits.push({ ...r, id });
      const summary = await stream.done;
      seconds += summary.seconds;
      busy += summary.busySeconds;
    }
    return { hits, seconds, busy };
  });
}

/** Misses over false alarms, the latter on a logarithmic axis from 0.01 to 100. */
function plot(curves: readonly { name: string; points: Point[] }[]): string {
  const [width, height, pad] = [640, 360, 48];
  const x = (alarms: number): number => pad + ((Math.log10(Math.max(alarms, 0.01)) + 2) / 4) * (width - 2 * pad);
  const y = (missed: number): number => height - pad - missed * (height - 2 * pad);
  const label = (at: number, up: number, text: string, colour = '#555'): string =>
    `<text x="${at}" y="${up}" font-size="12" font-family="sans-serif" fill="${colour}">${text}</text>`;
  const colours = ['#3366cc', '#cc3333'];
  const lines = curves.map(
    ({ name, points }, i) =>
      `<polyline fill="none" stroke="${colours[i]}" stroke-width="1.5" points="${points.map((p) => `${x(p.alarms).toFixed(1)},${y(p.missed).toFixed(1)}`).join(' ')}"/>${label(width - 150, pad + 16 * i, name, colours[i])}`,
  );
  const ticks = [0.01, 0.1, 1, 10, 100].map((v) => label(x(v) - 8, height - pad + 18, String(v)));
  const rows = [0, 0.25, 0.5, 0.75, 1].map((v) => label(8, y(v) + 4, `${100 * v} %`));
  const frame = `<path d="M${pad},${pad}V${height - pad}H${width - pad}" fill="none" stroke="#888"/>`;
  const title = label(pad, pad - 20, 'Keywords missed against false alarms an hour and keyword');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><title>Keyword spotting</title><rect width="100%" height="100%" fill="#fff"/>${frame}${lines.join('')}${ticks.join('')}${rows.join('')}${title}</svg>\n`;
}
