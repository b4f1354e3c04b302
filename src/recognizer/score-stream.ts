import type { InferenceSession } from 'onnxruntime-node';
import { AcousticStream, type ModelCard } from '../acoustic/index.js';
import { dithered, fbankOptions, OnlineCmvn, OnlineFeature } from '../frontend/index.js';

/** Samples of one stream to log-likelihoods: features, their running mean, and the network, all bounded. */
export class ScoreStream {
  /** Columns of a frame of scores. */
  readonly width: number;
  /** Position in the recording: samples taken so far, and before the first. */
  samples: number;
  #card: ModelCard;
  #session: InferenceSession;
  #features: OnlineFeature;
  #cmvn: OnlineCmvn;
  #acoustic: AcousticStream;
  #next = 0;

  /** @param start position of the first sample */
  constructor(session: InferenceSession, card: ModelCard, start = 0) {
    this.samples = start;
    this.#card = card;
    this.#session = session;
    this.#features = new OnlineFeature(fbankOptions(card.features));
    this.#cmvn = new OnlineCmvn(card.features.globalMean);
    this.#acoustic = new AcousticStream(session, card);
    this.width = this.#acoustic.width;
  }

  /**
   * Frames of scores [frames × width], in chunks as the network gives them.
   * @param samples mono, in [-1, 1], at the model's rate
   */
  accept(samples: Float32Array): Promise<Float32Array[]> {
    this.#features.acceptWaveform(dithered(samples, this.samples));
    this.samples += samples.length;
    return this.#acoustic.accept(this.#takeFeatures());
  }

  /** No more samples: the frames that are left. */
  async finish(): Promise<Float32Array[]> {
    this.#features.inputFinished();
    return [...(await this.#acoustic.accept(this.#takeFeatures())), ...(await this.#acoustic.finish())];
  }

  /** What the network has seen stops here; the running mean of the features goes on. */
  beginAnew(): void {
    this.#features = new OnlineFeature(fbankOptions(this.#card.features));
    this.#acoustic = new AcousticStream(this.#session, this.#card);
    this.#next = 0;
  }

  #takeFeatures(): Float32Array {
    const count = this.#features.framesReady - this.#next;
    const dim = this.#features.dim;
    const out = new Float32Array(count * dim);
    for (let i = 0; i < count; i++) this.#cmvn.apply(this.#features.frame(this.#next + i), out, i * dim);
    this.#next += count;
    this.#features.dropBefore(this.#next);
    return out;
  }
}
