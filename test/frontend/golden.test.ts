import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { openAudio } from '../../src/audio/index.js';
import {
  addDeltas,
  computeFeatures,
  type FeatureOptions,
  fbankOptions,
  mfccOptions,
  slidingCmvn,
} from '../../src/frontend/index.js';
import { collect } from '../support/audio.js';
import { DATA } from '../support/shared.js';

/** Features that Kaldi computed, and the commands that made them. */
const GOLDEN = resolve(DATA, 'kaldi');

/** Kaldi's text matrices: `key [ rows ]`. */
function readMatrices(path: string): Map<string, number[][]> {
  const out = new Map<string, number[][]>();
  let rows: number[][] = [];
  for (const line of gunzipSync(readFileSync(path)).toString().split('\n')) {
    const head = /^(\S+)\s+\[/.exec(line);
    if (head) out.set(head[1], (rows = []));
    const numbers = line.replace(/^.*\[|\]/g, '').trim();
    if (numbers) rows.push(numbers.split(/\s+/).map(Number));
  }
  return out;
}

type Pipeline = (samples: Float32Array, rate: number) => { data: Float32Array; dim: number };

function features(options: FeatureOptions): Pipeline {
  return (samples) => computeFeatures(samples, options);
}

const sliding =
  (base: FeatureOptions, options: Parameters<typeof slidingCmvn>[2]): Pipeline =>
  (samples) => {
    const { data, dim } = computeFeatures(samples, base);
    return { data: slidingCmvn(data, dim, options), dim };
  };

/** One row per file: the options of test/data/kaldi/commands.txt. */
const CASES: Record<string, Pipeline> = {
  'fbank80-model': features(fbankOptions({ melBins: 80, snipEdges: false, highFrequency: -400 })),
  'fbank23-default': features(fbankOptions()),
  'fbank40-hamming-energy': features(fbankOptions({ melBins: 40, window: 'hamming', useEnergy: true, energyFloor: 1 })),
  'fbank40-htk-nolog-magnitude': features(
    fbankOptions({ melBins: 40, htkCompat: true, useEnergy: true, useLog: false, usePower: false }),
  ),
  'mfcc13-default': features(mfccOptions()),
  'mfcc40-hires': features(mfccOptions({ melBins: 40, ceps: 40, highFrequency: -400, useEnergy: false })),
  'mfcc13-htk': features(
    mfccOptions({ htkCompat: true, window: 'hamming', useEnergy: false, lowFrequency: 0, highFrequency: 8000 }),
  ),
  'mfcc13-hanning-nosnip-noremovedc': features(
    mfccOptions({ window: 'hanning', snipEdges: false, removeDcOffset: false, preemphasis: 0, rawEnergy: false }),
  ),
  'mfcc13-8k': features(mfccOptions({ sampleRate: 8000 })),
  'mfcc13-default-deltas': (samples) => {
    const { data, dim } = computeFeatures(samples, mfccOptions());
    return { data: addDeltas(data, dim), dim: dim * 3 };
  },
  'mfcc13-default-sliding-cmvn': sliding(mfccOptions(), { window: 150, minWindow: 50, normalizeVariance: true }),
  'fbank80-sliding-cmvn-centered': sliding(fbankOptions({ melBins: 80 }), { window: 100, center: true }),
};

describe('frontend against Kaldi', () => {
  for (const [name, pipeline] of Object.entries(CASES)) {
    it(`equals ${name}`, async () => {
      const path = resolve(GOLDEN, `${name}.txt.gz`);
      const relative = name.includes('nolog');
      let compared = 0;
      for (const [key, rows] of readMatrices(path)) {
        const wav = [DATA, GOLDEN].map((d) => resolve(d, `${key}.wav`)).find(existsSync) as string;
        const source = await openAudio(wav);
        const [samples] = await collect(source);
        const { data, dim } = pipeline(samples, source.sampleRate);
        expect(data.length / dim, `${key} frames`).to.equal(rows.length);
        expect(rows[0].length).to.equal(dim);
        let worst = 0;
        for (let t = 0; t < rows.length; t++) {
          for (let d = 0; d < dim; d++) {
            const want = rows[t][d];
            const difference = Math.abs(data[t * dim + d] - want);
            const error = relative ? difference / Math.max(Math.abs(want), 1) : difference;
            worst = Math.max(worst, error);
          }
        }
        expect(worst, `${key}: largest difference`).to.be.below(relative ? 1e-3 : 1e-4);
        compared += rows.length;
      }
      expect(compared).to.be.above(0);
    });
  }
});
