import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelCard } from './model-card.js';

/** Output frames computed at once. Fixed, so that the arithmetic does not depend on how input arrives: 300 ms. */
export const CHUNK_OUTPUTS = 10;

/**
 * One stream through the network: normalised features in, log-likelihoods out. The left context travels in an explicit
 * state; the network lags `delay` output frames behind, which are dropped at the start and flushed with zeros at the end.
 */
export class AcousticStream {
  readonly width: number;
  #session: InferenceSession;
  #subsampling: number;
  #dim: number;
  #chunk: Float32Array;
  /** Feature frames in #chunk. */
  #filled = 0;
  #received = 0;
  /** Output frames still to drop: the network's lag. */
  #drop: number;
  #state: Tensor;
  #delivered = 0;

  constructor(session: InferenceSession, card: ModelCard) {
    const { outputs, subsampling, delay, stateSize } = card.acoustic;
    this.#session = session;
    this.width = outputs;
    this.#subsampling = subsampling;
    this.#dim = card.features.melBins;
    this.#drop = delay;
    this.#chunk = new Float32Array(CHUNK_OUTPUTS * subsampling * this.#dim);
    this.#state = new Tensor('float32', new Float32Array(stateSize), [1, stateSize]);
  }

  /** @param features normalised, [frames × dim]; returns the output frames that became ready [frames × width]. */
  async accept(features: Float32Array): Promise<Float32Array[]> {
    const out: Float32Array[] = [];
    this.#received += features.length / this.#dim;
    for (let at = 0; at < features.length; ) {
      const take = Math.min(features.length - at, this.#chunk.length - this.#filled * this.#dim);
      this.#chunk.set(features.subarray(at, at + take), this.#filled * this.#dim);
      this.#filled += take / this.#dim;
      at += take;
      if (this.#filled * this.#dim === this.#chunk.length) out.push(await this.#run());
    }
    return out.filter((o) => o.length > 0);
  }

  /** The end of the stream: zeros (the mean) follow, until every frame has its output. */
  async finish(): Promise<Float32Array[]> {
    const total = Math.ceil(this.#received / this.#subsampling);
    const out: Float32Array[] = [];
    while (this.#delivered < total) {
      this.#chunk.fill(0, this.#filled * this.#dim);
      const scores = await this.#run();
      const surplus = Math.max(0, this.#delivered - total);
      out.push(scores.subarray(0, scores.length - surplus * this.width));
    }
    return out.filter((o) => o.length > 0);
  }

  async #run(): Promise<Float32Array> {
    const frames = CHUNK_OUTPUTS * this.#subsampling;
    const features = new Tensor('float32', this.#chunk, [1, frames, this.#dim]);
    const result = await this.#session.run({ features, state: this.#state });
    this.#filled = 0;
    this.#state = result.next_state as Tensor;
    const scores = (result.loglikes as Tensor).data as Float32Array;
    const dropped = Math.min(this.#drop, CHUNK_OUTPUTS);
    this.#drop -= dropped;
    this.#delivered += CHUNK_OUTPUTS - dropped;
    return scores.subarray(dropped * this.width);
  }
}
