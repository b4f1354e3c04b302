import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { Tensor } from 'onnxruntime-node';
import { AcousticStream, openSession, parseCard, readCard } from '../../src/acoustic/index.js';
import { DEFAULT_MODEL } from '../../src/recognizer/model-package.js';
import { concat } from '../support/audio.js';
import { codeOf } from '../support/errors.js';
import { random } from '../support/random-fst.js';

describe('AcousticStream', () => {
  const card = readCard(DEFAULT_MODEL);
  const dim = card.features.melBins;
  const features = (frames: number): Float32Array => {
    const next = random(1);
    return Float32Array.from({ length: frames * dim }, () => next() * 6 - 3);
  };

  it('gives one output a subsampled frame, the same bits however features come', async () => {
    const { session } = await openSession(readFileSync(resolve(DEFAULT_MODEL, card.acoustic.file)), ['cpu']);
    for (const frames of [1, 31, 200]) {
      const input = features(frames);
      const run = async (size: number): Promise<Float32Array> => {
        const stream = new AcousticStream(session, card);
        const parts: Float32Array[] = [];
        for (let f = 0; f < frames; f += size)
          parts.push(...(await stream.accept(input.subarray(f * dim, (f + size) * dim))));
        return concat([...parts, ...(await stream.finish())]);
      };
      const whole = await run(frames);
      expect(whole.length).to.equal(Math.ceil(frames / card.acoustic.subsampling) * card.acoustic.outputs);
      expect(await run(1)).to.deep.equal(whole);
      expect(await run(7)).to.deep.equal(whole);
    }
  });

  it('equals the network run over the whole utterance at once, bit by bit', async () => {
    const { session } = await openSession(readFileSync(resolve(DEFAULT_MODEL, card.acoustic.file)), ['cpu']);
    const frames = 240;
    const { delay, subsampling, outputs, stateSize } = card.acoustic;
    const stream = new AcousticStream(session, card);
    const chunked = concat([...(await stream.accept(features(frames))), ...(await stream.finish())]);
    const padded = new Float32Array((frames + delay * subsampling) * dim);
    padded.set(features(frames));
    const { loglikes } = await session.run({
      features: new Tensor('float32', padded, [1, padded.length / dim, dim]),
      state: new Tensor('float32', new Float32Array(stateSize), [1, stateSize]),
    });
    const whole = (loglikes.data as Float32Array).subarray(delay * outputs);
    expect(chunked.length).to.equal(whole.length);
    expect(chunked).to.deep.equal(whole.slice());
  });

  it('checks cards', () => {
    expect(codeOf(() => parseCard({ ...card, format: 2 }, 'card'))).to.equal('MODEL_CARD');
    expect(codeOf(() => parseCard({ ...card, features: { ...card.features, globalMean: [1] } }, 'card'))).to.equal(
      'MODEL_CARD',
    );
    expect(codeOf(() => parseCard({ ...card, checksums: { '../x': 'a'.repeat(64) } }, 'card'))).to.equal('MODEL_CARD');
    expect(parseCard(JSON.parse(JSON.stringify(card)), 'card')).to.deep.equal(card);
  });
});
