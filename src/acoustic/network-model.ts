import { type FeatureSpec, type FeatureStream, openFeatures } from '../frontend/index.js';
import type { Network } from '../runtime/network.js';
import type { AcousticModel, ScoreStream } from './acoustic-model.js';
import { ChunkNetwork, type FeatureScorer } from './chunk-network.js';
import { checkContract, type NetworkContract } from './contract.js';
import { SegmentNetwork } from './segment-network.js';

/** Longest segment, in seconds, of models that take whole segments and do not say. */
const MAX_SECONDS = 30;

/** An acoustic model out of a network, its contract and the features it wants. */
export class NetworkModel implements AcousticModel {
  readonly sampleRate: number;
  readonly columns: number;
  readonly frameSeconds: number;
  readonly frameShift: number;
  readonly latencyFrames: number;
  readonly streaming: boolean;
  readonly maxSeconds: number;

  /** @throws MODEL_CARD where the network is not what the contract says; OPTION_INVALID for impossible features */
  constructor(
    private readonly network: Network,
    private readonly contract: NetworkContract,
    private readonly features: FeatureSpec,
  ) {
    checkContract(contract, network);
    this.sampleRate = features.sampleRate;
    this.columns = contract.columns;
    this.frameShift = openFeatures(features).frameShift;
    this.frameSeconds = (this.frameShift * contract.subsampling) / features.sampleRate;
    this.streaming = contract.chunk !== undefined;
    this.maxSeconds = this.streaming ? Number.POSITIVE_INFINITY : (contract.maxSeconds ?? MAX_SECONDS);
    this.latencyFrames = contract.latency;
  }

  open(position = 0): ScoreStream {
    const features = openFeatures(this.features, position);
    return new NetworkScores(features, () => this.#scorer(features.dim), position);
  }

  #scorer(dim: number): FeatureScorer {
    if (this.contract.chunk) return new ChunkNetwork(this.network, this.contract, dim);
    return new SegmentNetwork(
      this.network,
      this.contract,
      dim,
      Math.ceil((this.maxSeconds * this.sampleRate) / this.frameShift),
    );
  }
}

class NetworkScores implements ScoreStream {
  position: number;
  #features: FeatureStream;
  #scorer: FeatureScorer;
  #newScorer: () => FeatureScorer;

  constructor(features: FeatureStream, newScorer: () => FeatureScorer, position: number) {
    this.position = position;
    this.#features = features;
    this.#newScorer = newScorer;
    this.#scorer = newScorer();
  }

  accept(samples: Float32Array): Promise<Float32Array[]> {
    this.#features.acceptWaveform(samples);
    this.position += samples.length;
    return this.#scorer.accept(this.#features.read());
  }

  async finish(): Promise<Float32Array[]> {
    this.#features.inputFinished();
    return [...(await this.#scorer.accept(this.#features.read())), ...(await this.#scorer.finish())];
  }

  skip(samples: number): void {
    this.position += samples;
  }

  reset(): void {
    this.#features.reset();
    this.#scorer = this.#newScorer();
  }
}
