import { expect } from 'chai';
import { Engine } from '../../src/index.js';
import { soundsWithoutSpeech } from '../support/noises.js';

const SECONDS = 30;
const RATE = 16_000;
/** Words a minute that may be written of sound without speech. */
const MOST = 1;

describe('sound without speech', function () {
  this.timeout(900_000);

  it('is hardly ever taken for words', async () => {
    await using engine = await Engine.load();
    const sounds = soundsWithoutSpeech(SECONDS, RATE);
    const heard = await Promise.all(
      sounds.map(async ([name, samples]) => {
        const stream = engine.createStream({ sampleRate: RATE });
        const pushing = (async () => {
          for (let at = 0; at < samples.length; at += RATE) await stream.accept(samples.subarray(at, at + RATE));
          await stream.finish();
        })();
        const words: string[] = [];
        for await (const r of stream) if (r.type === 'final') words.push(...r.words.map((w) => w.text));
        await pushing;
        return { name, words };
      }),
    );
    const words = heard.flatMap((h) => h.words);
    const minutes = (sounds.length * SECONDS) / 60;
    expect(words.length / minutes, JSON.stringify(heard)).to.be.at.most(MOST);
  });
});
