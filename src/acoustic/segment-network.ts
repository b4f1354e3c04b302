import { HearkenError } from '../errors.js';
import type { Network } from '../runtime/network.js';
import type { FeatureScorer } from './chunk-network.js';
import type { NetworkContract } from './contract.js';
import { networkInput } from './network-input.js';
import { rowsOf } from './rows.js';

/** A network that wants a whole segment: features are collected, and one run at the end gives all rows. */
export class SegmentNetwork implements FeatureScorer {
  #features: Float32Array[] = [];
  #frames = 0;

  /** @param maxFrames longest segment */
  constructor(
    private readonly network: Network,
    private readonly contract: NetworkContract,
    private readonly dim: number,
    private readonly maxFrames: number,
  ) {}

  async accept(features: Float32Array): Promise<Float32Array[]> {
    this.#frames += features.length / this.dim;
    if (this.#frames > this.maxFrames)
      throw new HearkenError(
        'OPTION_INVALID',
        `a segment of ${this.#frames} frames: the model takes ${this.maxFrames} at most`,
      );
    if (features.length > 0) this.#features.push(features);
    return [];
  }

  async finish(): Promise<Float32Array[]> {
    if (this.#frames === 0) return [];
    const all = new Float32Array(this.#frames * this.dim);
    let at = 0;
    for (const block of this.#features) {
      all.set(block, at);
      at += block.length;
    }
    this.#features = [];
    this.#frames = 0;
    const result = await this.network.run(networkInput(this.contract.input, all, this.dim));
    const rows = rowsOf(result[this.contract.output.name], this.contract);
    return rows.length > 0 ? [rows] : [];
  }
}
