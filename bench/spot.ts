import { resolve } from 'node:path';
import { Engine, type KeywordHit, type KeywordOption } from '../src/index.js';
import { cmudict } from '../src/lexicon/index.js';
import { scoringWords } from '../src/scoring/index.js';
import { draw, keep } from './results.js';
import { manifest, withClips } from './scores.js';

const SETS = ['librispeech', 'commonvoice1'];
/** Keywords have at least so many phones, and are said this often in a set. */
const MIN_PHONES = 6;
const MIN_SAID = 2;
const MAX_KEYWORDS = 40;
const LOOSE = -3;
const THRESHOLDS = [-2, -1.5, -1.2, -1, -0.8, -0.6, -0.5, -0.4, -0.3, -0.2, -0.1];

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
  keep('spot', curves);
  draw(
    'spot',
    'Keywords missed against false alarms an hour and keyword',
    { label: 'false alarms', min: 0.01, max: 100, logarithmic: true, ticks: [0.01, 0.1, 1, 10, 100] },
    { label: 'missed, %', min: 0, max: 100, ticks: [0, 25, 50, 75, 100] },
    curves.map(({ name, points }) => ({ name, points: points.map((p) => ({ x: p.alarms, y: 100 * p.missed })) })),
  );
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
