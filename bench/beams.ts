import { resolve } from 'node:path';
import { Engine } from '../src/index.js';
import { segmentsOf } from '../src/recognizer/segments.js';
import { addScores, wordErrorRate } from '../src/scoring/index.js';
import { draw, keep, table } from './results.js';
import { scored, spreadClips, withClips } from './scores.js';

const SETS = ['librispeech', 'commonvoice1'];
const CLIPS = Number(process.env.HEARKEN_BENCH_CLIPS ?? 80);
const BEAMS = [5, 6, 7, 8, 9, 10, 12, 14];

interface Measured {
  beam: number;
  set: string;
  wer: number;
  realTimeFactor: number;
}

/** Word error rate against speed, by the beam; the rest as shipped. @param args a model package */
export async function beamsBench([model]: string[]): Promise<void> {
  await using engine = await Engine.load(model === undefined ? {} : { model });
  const measured: Measured[] = [];
  for (const set of SETS) {
    await withClips(set, 'dev', async (directory) => {
      const clips = spreadClips(set, 'dev', CLIPS);
      for (const beam of BEAMS) {
        let seconds = 0;
        let busy = 0;
        const scores = await Promise.all(
          clips.map(async ({ id, text }) => {
            const stream = engine.open(resolve(directory, `${id}.opus`), { decoder: { beam } });
            const { segments, summary } = await segmentsOf(stream);
            seconds += summary.seconds;
            busy += summary.load.busySeconds;
            return scored(text, segments[0]);
          }),
        );
        measured.push({ beam, set, wer: wordErrorRate(addScores(scores)), realTimeFactor: busy / seconds });
      }
    });
  }
  const row = table('beam', ...SETS.flatMap((set) => [`${set} dev WER`, 'real-time factor']));
  for (const beam of BEAMS) {
    const cells = SETS.flatMap((set) => {
      const m = measured.find((x) => x.beam === beam && x.set === set) as Measured;
      return [`${(100 * m.wer).toFixed(1)} %`, m.realTimeFactor.toFixed(4)];
    });
    row(beam, ...cells);
  }
  keep('beams', measured);
  const most = Math.max(...measured.map((m) => m.realTimeFactor));
  const ticks = Array.from({ length: 6 }, (_, i) => Number(((i * most) / 5).toFixed(3)));
  draw(
    'beams',
    'Word error rate against speed, by beam',
    { label: 'real-time factor, one core', min: 0, max: most, ticks },
    { label: 'WER, %', min: 15, max: 50, ticks: [15, 20, 25, 30, 35, 40, 45, 50] },
    SETS.map((set) => ({
      name: set,
      points: measured
        .filter((m) => m.set === set)
        .map((m) => ({ x: m.realTimeFactor, y: 100 * m.wer, label: String(m.beam) })),
    })),
  );
}
