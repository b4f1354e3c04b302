import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { computeFeatures, fbankOptions, OnlineCmvn } from '../../src/frontend/index.js';
import { samplesOf } from '../support/audio.js';
import { DATA, ROOT } from '../support/shared.js';

const CLIP = resolve(DATA, 'libri-3526-176653-0051.wav');
const SCRIPT = resolve(ROOT, 'training/tests/print_features.py');

/** A bin so many nats below the loudest of its frame is what single-precision arithmetic leaves of it, as in Kaldi; training computes in double. */
const FAINT = 10;

describe('features in training', () => {
  it('are those of run time to 1e-4, mean normalisation included, but for faint bins', async function () {
    const { stdout, stderr, status } = spawnSync('/usr/bin/python3', [SCRIPT, CLIP], { maxBuffer: 1 << 26 });
    if (status !== 0) {
      console.warn(
        `      skipped: training's features need python3 with numpy (${stderr?.toString().trim().split('\n').at(-1)})`,
      );
      this.skip();
    }
    const options = fbankOptions({ melBins: 80, lowFrequency: 20, highFrequency: -400, snipEdges: false });
    const { data } = computeFeatures(await samplesOf(CLIP), options);
    const cmvn = new OnlineCmvn(Array.from({ length: 80 }, (_, bin) => 0.1 * bin));
    const normalised = new Float32Array(data.length);
    for (let at = 0; at < data.length; at += 80) cmvn.apply(data.subarray(at, at + 80), normalised, at);
    const theirs = new Float32Array(Uint8Array.from(stdout).buffer);
    expect(theirs.length).to.equal(2 * data.length);
    const loudest = Array.from({ length: data.length / 80 }, (_, f) =>
      Math.max(...data.subarray(80 * f, 80 * (f + 1))),
    );
    let strict = 0;
    for (const [i, x] of [...data, ...normalised].entries()) {
      const at = i % data.length;
      const faint = data[at] < loudest[Math.floor(at / 80)] - FAINT;
      if (!faint) strict++;
      const allowed = faint ? 1e-2 : 1e-4;
      if (!(Math.abs(x - theirs[i]) < allowed)) expect(x, `value ${i}`).to.be.closeTo(theirs[i], allowed);
    }
    expect(strict / theirs.length).to.be.above(0.9);
  });
});
