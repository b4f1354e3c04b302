import { resolve } from 'node:path';
import { Resampler } from '../src/audio/index.js';
import { Engine } from '../src/index.js';
import { segmentsOf } from '../src/recognizer/segments.js';
import { addScores, wordErrorRate } from '../src/scoring/index.js';
import { soundsWithoutSpeech } from '../test/support/noises.js';
import { random } from '../test/support/random-fst.js';
import { monoSamples, RATE } from './all-clips.js';
import { keptTable } from './results.js';
import { scored, spreadClips, withClips } from './scores.js';

const CLIPS = 60;
const SETS = ['librispeech', 'commonvoice1'] as const;

const power = (x: Float32Array): number => x.reduce((sum, v) => sum + v * v, 0) / x.length;

/** Pink noise under the clip at a signal-to-noise ratio in dB. */
function noisy(clip: Float32Array, ratio: number): Float32Array {
  const pink = soundsWithoutSpeech(1 + clip.length / RATE, RATE).find(([name]) => name.startsWith('pink'))?.[1];
  if (!pink) throw new Error('there is no pink noise');
  const gain = Math.sqrt(power(clip) / power(pink) / 10 ** (ratio / 10));
  return clip.map((x, i) => x + gain * pink[i]);
}

/** As over a telephone: resampled to 8 kHz. */
function narrow(clip: Float32Array): Float32Array {
  const down = new Resampler(RATE, 8000);
  return Float32Array.from([...down.process(clip), ...down.flush()]);
}

/** Across a room: the sound, and 400 echoes that die away by 60 dB in half a second, as strong as it in all. */
function far(clip: Float32Array): Float32Array {
  const next = random(3);
  const echoes = Array.from({ length: 400 }, () => {
    const delay = Math.round((0.004 + 0.5 * next()) * RATE);
    return { delay, gain: (next() < 0.5 ? -1 : 1) * 10 ** ((-3 * delay) / (0.5 * RATE)) };
  });
  const scale = 1 / Math.sqrt(echoes.reduce((sum, e) => sum + e.gain * e.gain, 0));
  const out = Float32Array.from(clip);
  for (const { delay, gain } of echoes)
    for (let i = delay; i < out.length; i++) out[i] += scale * gain * clip[i - delay];
  return out;
}

/** Word error rate of the shipped model in conditions that nothing was tuned on; 60 clips each of two dev splits. */
export async function conditionsBench(): Promise<void> {
  await using engine = await Engine.load();
  const conditions: [string, number, (clip: Float32Array) => Float32Array][] = [
    ['as recorded', RATE, (x) => x],
    ['noise 20 dB below', RATE, (x) => noisy(x, 20)],
    ['noise 10 dB below', RATE, (x) => noisy(x, 10)],
    ['noise 5 dB below', RATE, (x) => noisy(x, 5)],
    ['8 kHz, as a telephone', 8000, narrow],
    ['across a room (simulated)', RATE, far],
  ];
  const rows = conditions.map(([name]) => [name]);
  for (const set of SETS) {
    await withClips(set, 'dev', async (directory) => {
      const clips = await Promise.all(
        spreadClips(set, 'dev', CLIPS).map(async ({ id, text }) => ({
          text,
          samples: await monoSamples(resolve(directory, `${id}.opus`)),
        })),
      );
      for (const [row, [, rate, change]] of conditions.entries()) {
        const scores = await Promise.all(
          clips.map(async ({ text, samples }) => {
            const stream = engine.createStream({ sampleRate: rate });
            const changed = change(samples);
            const pushing = (async () => {
              for (let at = 0; at < changed.length; at += rate) await stream.accept(changed.subarray(at, at + rate));
              await stream.finish();
            })();
            const { segments } = await segmentsOf(stream);
            await pushing;
            return scored(text, segments[0]);
          }),
        );
        rows[row].push(`${(100 * wordErrorRate(addScores(scores))).toFixed(1)} %`);
      }
    });
  }
  const print = keptTable('conditions', ['condition', ...SETS]);
  for (const row of rows) print(...row);
}
