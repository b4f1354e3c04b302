import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { ChunkNetwork, type NetworkContract, NetworkModel, SegmentNetwork } from '../../src/acoustic/index.js';
import { openFeatures } from '../../src/frontend/index.js';
import { DEFAULT_MODEL, packageFile, readCard } from '../../src/package/index.js';
import { type Network, openNetwork, type Tensor } from '../../src/runtime/index.js';
import { concat } from '../support/audio.js';
import { codeOf } from '../support/errors.js';
import { random } from '../support/random-fst.js';

const card = readCard(DEFAULT_MODEL);
const { acoustic } = card;
const { dim } = openFeatures(card.features);

const features = (frames: number): Float32Array => {
  const next = random(1);
  return Float32Array.from({ length: frames * dim }, () => next() * 6 - 3);
};

const shipped = async (): Promise<Network> =>
  (await openNetwork(readFileSync(packageFile(DEFAULT_MODEL, card, acoustic.file)), ['cpu'])).network;

describe('ChunkNetwork', () => {
  it('gives one row per subsampled frame, the same bits however features come', async () => {
    const network = await shipped();
    for (const frames of [1, 31, 200]) {
      const input = features(frames);
      const run = async (size: number): Promise<Float32Array> => {
        const stream = new ChunkNetwork(network, acoustic, dim);
        const parts: Float32Array[] = [];
        for (let f = 0; f < frames; f += size)
          parts.push(...(await stream.accept(input.subarray(f * dim, (f + size) * dim))));
        return concat([...parts, ...(await stream.finish())]);
      };
      const whole = await run(frames);
      expect(whole.length).to.equal(Math.ceil(frames / acoustic.subsampling) * acoustic.columns);
      expect(await run(1)).to.deep.equal(whole);
      expect(await run(7)).to.deep.equal(whole);
    }
  });

  it('equals the network run over the whole utterance at once, bit by bit', async () => {
    const network = await shipped();
    const frames = 240;
    const { latency, subsampling, columns } = acoustic;
    const stream = new ChunkNetwork(network, acoustic, dim);
    const chunked = concat([...(await stream.accept(features(frames))), ...(await stream.finish())]);
    const padded = new Float32Array((frames + latency * subsampling) * dim);
    padded.set(features(frames));
    const [{ dims }] = acoustic.states;
    const { loglikes } = await network.run({
      features: { type: 'float32', data: padded, dims: [1, padded.length / dim, dim] },
      state: { type: 'float32', data: new Float32Array(dims[1]), dims },
    });
    const whole = (loglikes.data as Float32Array).subarray(latency * columns);
    expect(chunked.length).to.equal(whole.length);
    expect(chunked).to.deep.equal(whole.slice());
  });
});

/** A network that adds up its input by column and gives every second sum, with what its contract asks for around it. */
class Sums implements Network {
  readonly inputs: string[];
  readonly outputs = ['y', 'count_out'];
  /** Frames per run. */
  readonly runs: number[] = [];

  constructor(
    private readonly layout: 'NTC' | 'NCT',
    inputs: string[],
  ) {
    this.inputs = inputs;
  }

  async run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
    const { data, dims } = feeds.x;
    const [frames, width] = this.layout === 'NTC' ? [dims[1], dims[2]] : [dims[2], dims[1]];
    this.runs.push(frames);
    if (feeds.n) expect(feeds.n.data).to.deep.equal(BigInt64Array.of(BigInt(frames)));
    const at = (t: number, c: number): number =>
      (data as Float32Array)[this.layout === 'NTC' ? t * width + c : c * frames + t];
    const rows = Math.floor(frames / 2);
    const y = new Float32Array(rows * width);
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < width; c++)
        y[this.layout === 'NTC' ? r * width + c : c * rows + r] = at(2 * r, c) + at(2 * r + 1, c);
    const count = feeds.count as Tensor | undefined;
    return {
      y: { type: 'float32', data: y, dims: this.layout === 'NTC' ? [1, rows, width] : [1, width, rows] },
      ...(count && {
        count_out: { ...count, data: BigInt64Array.of((count.data as BigInt64Array)[0] + BigInt(frames)) },
      }),
    };
  }

  async close(): Promise<void> {}
}

const SUMS: NetworkContract = {
  input: { name: 'x', layout: 'NTC' },
  output: { name: 'y', layout: 'NTC' },
  scores: 'log-likelihoods',
  columns: 3,
  subsampling: 2,
  latency: 0,
  states: [],
};

describe('networks by contract', () => {
  const input = Float32Array.from({ length: 8 * 3 }, (_, i) => i);
  const expected = Float32Array.from({ length: 4 * 3 }, (_, i) => {
    const at = 6 * Math.floor(i / 3) + (i % 3);
    return input[at] + input[at + 3];
  });

  for (const layout of ['NTC', 'NCT'] as const) {
    it(`SegmentNetwork: gives the rows of a ${layout} network at the end, in rows`, async () => {
      const contract = { ...SUMS, input: { name: 'x', layout, lengths: 'n' }, output: { name: 'y', layout } };
      const network = new Sums(layout, ['x', 'n']);
      const segment = new SegmentNetwork(network, contract, 3, 100);
      expect(await segment.accept(input.subarray(0, 9))).to.deep.equal([]);
      expect(await segment.accept(input.subarray(9))).to.deep.equal([]);
      expect(concat(await segment.finish())).to.deep.equal(expected);
      expect(network.runs).to.deep.equal([8]);
    });

    it(`ChunkNetwork: gives the same rows chunk by chunk (${layout}), states of other types carried along`, async () => {
      const contract: NetworkContract = {
        ...SUMS,
        input: { name: 'x', layout },
        output: { name: 'y', layout },
        chunk: { frames: 4, shift: 4 },
        states: [{ in: 'count', out: 'count_out', type: 'int64', dims: [1], initial: 5 }],
      };
      const stream = new ChunkNetwork(new Sums(layout, ['x', 'count']), contract, 3);
      expect(concat([...(await stream.accept(input)), ...(await stream.finish())])).to.deep.equal(expected);
    });
  }

  it('ChunkNetwork: chunks that overlap begin `shift` frames apart', async () => {
    const network = new Sums('NTC', ['x']);
    const stream = new ChunkNetwork(network, { ...SUMS, chunk: { frames: 4, shift: 2 } }, 3);
    await stream.accept(input);
    expect(network.runs).to.deep.equal([4, 4, 4]);
  });

  it('SegmentNetwork: a segment above the limit is refused', async () => {
    const segment = new SegmentNetwork(new Sums('NTC', ['x']), SUMS, 3, 7);
    const error = await segment.accept(input).catch((e: unknown) => e);
    expect(error).to.include({ code: 'OPTION_INVALID' });
  });

  it('logits are normalised to log-posteriors', async () => {
    const segment = new SegmentNetwork(new Sums('NTC', ['x']), { ...SUMS, scores: 'logits' }, 3, 100);
    await segment.accept(input);
    const rows = concat(await segment.finish());
    for (let r = 0; r < 4; r++)
      expect(rows.subarray(3 * r, 3 * r + 3).reduce((sum, x) => sum + Math.exp(x), 0)).to.be.closeTo(1, 1e-6);
  });

  it('a network without the names of the card, or of another shape, is MODEL_CARD', async () => {
    const open = (contract: NetworkContract, inputs = ['x']) =>
      codeOf(() => new NetworkModel(new Sums('NTC', inputs), contract, card.features));
    expect(open({ ...SUMS, input: { name: 'z', layout: 'NTC' } })).to.equal('MODEL_CARD');
    expect(open({ ...SUMS, output: { name: 'z', layout: 'NTC' } })).to.equal('MODEL_CARD');
    expect(open(SUMS, ['x', 'sr'])).to.equal('MODEL_CARD');
    const segment = new SegmentNetwork(new Sums('NTC', ['x']), { ...SUMS, columns: 4 }, 3, 100);
    await segment.accept(input);
    expect(await segment.finish().catch((e: unknown) => e)).to.include({ code: 'MODEL_CARD' });
  });
});
