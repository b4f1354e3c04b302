import { resolve } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { openAudio } from '../../src/audio/index.js';
import { type FeatureStream, NemoMel, openFeatures, Waveform, WhisperMel } from '../../src/frontend/index.js';
import { collect } from '../support/audio.js';
import { codeOf } from '../support/errors.js';
import { readNpy } from '../support/npy.js';
import { DATA, sharedOrSkip } from '../support/shared.js';

/** The frames of a whole signal. */
function framesOf(stream: FeatureStream, samples: Float32Array): Float32Array {
  stream.acceptWaveform(samples);
  stream.inputFinished();
  return stream.read();
}

async function samplesOf(path: string): Promise<Float32Array> {
  const [samples] = await collect(await openAudio(path));
  return samples;
}

/** Largest difference over the frames of `want`, [frames × dim]. */
function worst(got: Float32Array, want: Float32Array): number {
  expect(got.length).to.be.at.least(want.length);
  let most = 0;
  for (let i = 0; i < want.length; i++) most = Math.max(most, Math.abs(got[i] - want[i]));
  return most;
}

function transposed({ shape: [rows, columns], data }: { shape: number[]; data: Float32Array }): Float32Array {
  return Float32Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]);
}

describe('features of whole segments', () => {
  /** The golden clip: the first 24,100 samples of the AN4 clip, 150 frames. */
  const clip = async (): Promise<Float32Array> =>
    (await samplesOf(resolve(DATA, 'an4-cen1-fash-b.wav'))).slice(0, 24100);

  for (const melBins of [80, 128]) {
    it(`of NeMo with ${melBins} bins equal those of onnx-asr`, async () => {
      const got = framesOf(new NemoMel({ melBins }), await clip());
      expect(got.length).to.equal(150 * melBins);
      expect(worst(got, readNpy(resolve(DATA, `nemo${melBins}-an4.npy.gz`)).data)).to.be.below(1e-4);
    });

    it(`of Whisper with ${melBins} bins equal those of onnx-asr, unpadded`, async () => {
      const got = framesOf(new WhisperMel({ melBins }), await clip());
      expect(got.length).to.equal(150 * melBins);
      expect(worst(got, readNpy(resolve(DATA, `whisper${melBins}-an4.npy.gz`)).data)).to.be.below(1e-4);
    });

    it(`of Whisper with ${melBins} bins equal those of onnx-asr, filled up to 30 s`, async () => {
      const got = framesOf(new WhisperMel({ melBins, padTo: 480000 }), await clip());
      expect(got.length).to.equal(3000 * melBins);
      expect(worst(got, readNpy(resolve(DATA, `whisper${melBins}-an4-padded.npy.gz`)).data)).to.be.below(1e-4);
    });
  }

  // Kaldi's transform rounds to single precision, which ours repeats and onnx-asr's does not.
  it('of icefall equal those of onnx-asr to the rounding of Kaldi', async () => {
    const icefall = openFeatures({
      ...{ kind: 'kaldi-fbank', sampleRate: 16000, melBins: 80, lowFrequency: 20, highFrequency: -400 },
      ...{ snipEdges: false, dither: false, scale: 1 },
    });
    const got = framesOf(icefall, await clip());
    expect(got.length).to.equal(151 * 80);
    expect(worst(got, readNpy(resolve(DATA, 'icefall80-an4.npy.gz')).data)).to.be.below(5e-4);
  });

  // The graphs that made these references compute in single precision, which shows in bins far below a frame's loudest:
  // single values are up to 2.4e-3 away from onnx-asr's own NumPy preprocessor, which we equal to 1e-4 above.
  it('are those of more clips to the rounding of the references, where these are in reach', async function () {
    const directory = sharedOrSkip(this, 'golden/models/frontends');
    const cases: [string, string, FeatureStream][] = [
      ['1272-128104-0000', 'whisper80', new WhisperMel({ padTo: 480000 })],
      ...['1272-128104-0000', 'cv1-sample-000001'].flatMap((id): [string, string, FeatureStream][] => [
        [id, 'nemo80', new NemoMel()],
        [id, 'nemo128', new NemoMel({ melBins: 128 })],
      ]),
    ];
    for (const [id, kind, stream] of cases) {
      const got = framesOf(stream, await samplesOf(resolve(directory, `${id}.wav`)));
      const reference = transposed(readNpy(resolve(directory, `${id}.${kind}.npy`)));
      // NeMo's hold one masked frame more.
      const want = reference.subarray(0, Math.min(got.length, reference.length));
      expect(reference.length - want.length).to.equal(kind.startsWith('nemo') ? stream.dim : 0);
      const squares = want.reduce((sum, x, i) => sum + (got[i] - x) ** 2, 0);
      expect(Math.sqrt(squares / want.length), `${id} ${kind}`).to.be.below(1e-4);
      expect(worst(got, want), `${id} ${kind}`).to.be.below(3e-3);
    }
  });
});

describe('segment feature streams', () => {
  const SIGNAL = Float32Array.from({ length: 9137 }, (_, i) => 0.3 * Math.sin(i * i * 1e-4) + 0.01 * Math.cos(i));
  const KINDS: Record<string, () => FeatureStream> = {
    WhisperMel: () => new WhisperMel(),
    'NemoMel per feature': () => new NemoMel(),
    'NemoMel without normalisation': () => new NemoMel({ normalize: 'none' }),
    Waveform: () => new Waveform(),
    'normalised Waveform': () => new Waveform({ normalize: true }),
  };

  for (const [name, open] of Object.entries(KINDS)) {
    it(`${name} gives the same frames however the signal is cut and read, and again after reset()`, () => {
      const stream = open();
      const whole = framesOf(open(), SIGNAL);
      expect(whole.length).to.equal(Math.floor(SIGNAL.length / stream.frameShift) * stream.dim);
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 10 }), (sizes) => {
          const parts: number[] = [];
          for (let at = 0, i = 0; at < SIGNAL.length; at += sizes[i++ % sizes.length]) {
            stream.acceptWaveform(SIGNAL.subarray(at, at + sizes[i % sizes.length]));
            parts.push(...stream.read());
          }
          stream.inputFinished();
          parts.push(...stream.read());
          expect(Float32Array.from(parts)).to.deep.equal(whole);
          expect(stream.read().length).to.equal(0);
          expect(codeOf(() => stream.acceptWaveform(SIGNAL))).to.equal('STREAM_CLOSED');
          stream.reset();
        }),
        { numRuns: 15 },
      );
    });
  }

  it('give finite frames for signals shorter than a window and none for no samples', () => {
    for (const [name, open] of Object.entries(KINDS)) {
      for (const length of [0, 1, 159, 160, 200, 201, 330]) {
        const frames = framesOf(open(), SIGNAL.subarray(0, length));
        const { dim, frameShift } = open();
        expect(frames.length, `${name}, ${length} samples`).to.equal(Math.floor(length / frameShift) * dim);
        expect(frames.every(Number.isFinite), `${name}, ${length} samples`).to.equal(true);
      }
    }
  });

  it('NemoMel without normalisation gives frames before the signal ends, normalising kinds do not', () => {
    for (const [name, open] of Object.entries(KINDS)) {
      const stream = open();
      stream.acceptWaveform(SIGNAL);
      const early = name === 'NemoMel without normalisation' || name === 'Waveform';
      expect(stream.read().length > 0, name).to.equal(early);
    }
  });

  it('normalised Waveform has mean 0 and variance 1', () => {
    const out = framesOf(
      new Waveform({ normalize: true }),
      SIGNAL.map((x) => 3 * x + 0.2),
    );
    const mean = out.reduce((a, b) => a + b, 0) / out.length;
    expect(mean).to.be.closeTo(0, 1e-5);
    expect(out.reduce((a, b) => a + (b - mean) ** 2, 0) / out.length).to.be.closeTo(1, 1e-4);
  });

  it('refuse numbers of mel bins that no model has', () => {
    expect(codeOf(() => new WhisperMel({ melBins: 81 }))).to.equal('OPTION_INVALID');
    expect(codeOf(() => new NemoMel({ melBins: 0 }))).to.equal('OPTION_INVALID');
  });
});
