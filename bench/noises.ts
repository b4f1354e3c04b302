import { Engine } from '../src/index.js';
import { soundsWithoutSpeech } from '../test/support/noises.js';
import { keptTable } from './results.js';

const RATE = 16_000;
const SECONDS = 120;

/** Words the shipped configuration writes down in minutes of sound without speech: none would be right. */
export async function noisesBench(): Promise<void> {
  await using engine = await Engine.load();
  const row = keptTable('noises', ['sound', 'words a minute', 'what']);
  for (const [name, samples] of soundsWithoutSpeech(SECONDS, RATE)) {
    const stream = engine.createStream({ sampleRate: RATE });
    const words: string[] = [];
    const reading = (async () => {
      for await (const r of stream) if (r.type === 'final') words.push(...r.words.map((w) => w.text));
    })();
    for (let at = 0; at < samples.length; at += RATE) await stream.accept(samples.subarray(at, at + RATE));
    await stream.finish();
    await reading;
    row(name, (words.length / (SECONDS / 60)).toFixed(1), words.slice(0, 8).join(' '));
  }
}
