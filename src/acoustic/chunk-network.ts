import { HearkenError } from '../errors.js';
import type { Network, Tensor } from '../runtime/network.js';
import { initialState, type NetworkContract } from './contract.js';
import { networkInput } from './network-input.js';
import { rowsOf } from './rows.js';

/** Features of one stream to rows of scores. */
export interface FeatureScorer {
  /** @param features [frames × dim]; returns the rows that became ready, as blocks [rows × columns] */
  accept(features: Float32Array): Promise<Float32Array[]>;
  /** No more features: the rows that are left. */
  finish(): Promise<Float32Array[]>;
}

/**
 * A streaming network, run over chunks of a fixed size, so that the arithmetic does not depend on how input arrives. Left
 * context travels in explicit states; the network lags `latency` rows behind its input, which are dropped at the start and
 * made up for by zeros at the end.
 */
export class ChunkNetwork implements FeatureScorer {
  #network: Network;
  #contract: NetworkContract;
  #dim: number;
  #shift: number;
  #chunk: Float32Array;
  /** Feature frames in #chunk. */
  #filled = 0;
  #received = 0;
  /** Rows still to drop: the network's lag. */
  #drop: number;
  #delivered = 0;
  #states: Record<string, Tensor>;

  /** @param dim values per feature frame */
  constructor(network: Network, contract: NetworkContract, dim: number) {
    const { frames, shift } = contract.chunk as NonNullable<NetworkContract['chunk']>;
    this.#network = network;
    this.#contract = contract;
    this.#dim = dim;
    this.#shift = shift;
    this.#drop = contract.latency;
    this.#chunk = new Float32Array(frames * dim);
    this.#states = Object.fromEntries(contract.states.map((state) => [state.in, initialState(state)]));
  }

  async accept(features: Float32Array): Promise<Float32Array[]> {
    const out: Float32Array[] = [];
    this.#received += features.length / this.#dim;
    for (let at = 0; at < features.length; ) {
      const take = Math.min(features.length - at, this.#chunk.length - this.#filled * this.#dim);
      this.#chunk.set(features.subarray(at, at + take), this.#filled * this.#dim);
      this.#filled += take / this.#dim;
      at += take;
      if (this.#filled * this.#dim === this.#chunk.length) await this.#run(out);
    }
    return out;
  }

  async finish(): Promise<Float32Array[]> {
    const { subsampling, columns } = this.#contract;
    const total = Math.ceil(this.#received / subsampling);
    const out: Float32Array[] = [];
    while (this.#delivered < total) {
      this.#chunk.fill(this.#contract.padding ?? 0, this.#filled * this.#dim);
      await this.#run(out);
      const surplus = this.#delivered - total;
      if (surplus <= 0) continue;
      const last = out.pop() as Float32Array;
      out.push(last.subarray(0, last.length - surplus * columns));
    }
    return out;
  }

  async #run(out: Float32Array[]): Promise<void> {
    const { columns, states } = this.#contract;
    const feeds = networkInput(this.#contract.input, this.#chunk, this.#dim);
    const result = await this.#network.run({ ...feeds, ...this.#states });
    for (const state of states) this.#states[state.in] = result[state.out];
    // What the chunks share is kept.
    this.#chunk.copyWithin(0, this.#shift * this.#dim);
    this.#filled = this.#chunk.length / this.#dim - this.#shift;
    const rows = rowsOf(result[this.#contract.output.name], this.#contract);
    if (rows.length === 0) throw new HearkenError('MODEL_CARD', 'the network gives no row for a chunk of features');
    const dropped = Math.min(this.#drop, rows.length / columns);
    this.#drop -= dropped;
    this.#delivered += rows.length / columns - dropped;
    if (rows.length > dropped * columns) out.push(rows.subarray(dropped * columns));
  }
}
