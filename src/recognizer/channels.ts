import { performance } from 'node:perf_hooks';
import { Resampler } from '../audio/index.js';
import { yieldToOthers } from '../turns.js';
import type { LoadMeter } from './load-meter.js';
import type { ChannelResult, RecordingOptions, RecordingPart, StreamSummary } from './messages.js';
import { type LoadedModel, RecognizerStream } from './recognizer-stream.js';
import { type Lead, leadStart, PartCutter } from './recording-part.js';
import type { Result } from './results.js';

/** Samples fed at once: half a second keeps other streams waiting for milliseconds only. */
const PIECE = 8000;

/** What a stream's channels need of the thread they run in. */
export interface Thread {
  model: LoadedModel;
  load: LoadMeter;
  tell(result: ChannelResult): void;
  /** Whether nobody wants the results any more. */
  aborted(): boolean;
}

/** One recogniser a channel over planar samples of any rate. */
export class Channels {
  readonly #streams: RecognizerStream[];
  readonly #resamplers: Resampler[];
  readonly #cutters: PartCutter[];
  #frames = 0;
  #busy = 0;

  private constructor(
    private readonly thread: Thread,
    private readonly sampleRate: number,
    streams: RecognizerStream[],
    part: RecordingPart | undefined,
  ) {
    this.#streams = streams;
    this.#resamplers = streams.map(() => new Resampler(sampleRate, thread.model.acoustic.sampleRate));
    this.#cutters = streams.map(() => new PartCutter(part, thread.model.acoustic.frameShift));
  }

  static async open(thread: Thread, sampleRate: number, count: number, options: RecordingOptions): Promise<Channels> {
    const streams: RecognizerStream[] = [];
    const start = options.part ? leadStart(options.part, thread.model.acoustic.frameShift) : 0;
    for (let c = 0; c < count; c++) streams.push(await RecognizerStream.open(thread.model, options, start));
    return new Channels(thread, sampleRate, streams, options.part);
  }

  async accept(planes: Float32Array[]): Promise<void> {
    const began = performance.now();
    this.#frames += planes[0].length;
    this.thread.load.add(planes[0].length / this.sampleRate);
    for (const [c, stream] of this.#streams.entries()) {
      const { lead, samples } = this.#cutters[c].cut(this.#resamplers[c].process(planes[c]));
      if (lead) await this.#hearLead(stream, lead);
      for (let at = 0; at < samples.length && !this.thread.aborted(); at += PIECE) {
        this.#deliver(c, await stream.accept(samples.subarray(at, at + PIECE)));
        if (samples.length > PIECE) await yieldToOthers();
      }
    }
    this.#busy += performance.now() - began;
  }

  /** What comes before a part is not told. */
  async #hearLead(stream: RecognizerStream, { samples, last }: Lead): Promise<void> {
    for (let at = 0; at < samples.length && !this.thread.aborted(); at += PIECE) {
      await stream.accept(samples.subarray(at, at + PIECE));
      await yieldToOthers();
    }
    if (last) await stream.finalize();
  }

  /** Whether nothing that comes belongs to the part any more. */
  get past(): boolean {
    return this.#cutters.every((c) => c.past);
  }

  async finalize(): Promise<void> {
    const began = performance.now();
    for (const [c, stream] of this.#streams.entries()) this.#deliver(c, await stream.finalize());
    this.#busy += performance.now() - began;
  }

  reset(): void {
    for (const stream of this.#streams) stream.reset();
  }

  async finish(): Promise<void> {
    const began = performance.now();
    for (const [c, stream] of this.#streams.entries()) {
      const tail = this.#cutters[c].cut(this.#resamplers[c].flush()).samples;
      if (tail.length > 0) this.#deliver(c, await stream.accept(tail));
      this.#deliver(c, await stream.finish());
    }
    this.#busy += performance.now() - began;
  }

  #deliver(channel: number, results: Result[]): void {
    for (const result of results) this.thread.tell({ ...result, channel });
  }

  summary(container: string, warnings: string[]): StreamSummary {
    const { sampleRate } = this;
    const seconds = this.#frames / sampleRate;
    const all = [...warnings, ...this.#streams[0].warnings];
    return {
      seconds,
      sampleRate,
      channels: this.#streams.length,
      container,
      busySeconds: this.#busy / 1000,
      warnings: all,
      load: this.thread.load.take(),
    };
  }
}
