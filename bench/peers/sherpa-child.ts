import { createRequire } from 'node:module';

/** Decode one stream with sherpa-onnx: its C++ decoder, Kaldi's FasterDecoder, over the scores in a model file. */
interface Job {
  model: string;
  tokens: string;
  graph: string;
  maxActive: number;
  /** Seconds of silence to feed; the model answers each piece with the next of its scores. */
  seconds: number;
  runs: number;
}

interface SherpaStream {
  acceptWaveform(wave: { sampleRate: number; samples: Float32Array }): void;
  inputFinished(): void;
}

interface Sherpa {
  OnlineRecognizer: new (
    config: object,
  ) => {
    createStream(): SherpaStream;
    isReady(stream: SherpaStream): boolean;
    decode(stream: SherpaStream): void;
    getResult(stream: SherpaStream): { words?: number[] };
  };
}

const job = JSON.parse(process.argv[2]) as Job;
const sherpa = createRequire(`${process.env.HEARKEN_PEERS ?? process.cwd()}/x.js`)('sherpa-onnx-node') as Sherpa;
const recognizer = new sherpa.OnlineRecognizer({
  featConfig: { sampleRate: 16000, featureDim: 80 },
  modelConfig: { nemoCtc: { model: job.model }, tokens: job.tokens, numThreads: 1, provider: 'cpu', debug: 0 },
  ctcFstDecoderConfig: { graph: job.graph, maxActive: job.maxActive },
});
const times: number[] = [];
let words: number[] = [];
for (let run = 0; run < job.runs; run++) {
  const stream = recognizer.createStream();
  stream.acceptWaveform({ sampleRate: 16000, samples: new Float32Array(Math.round(16000 * job.seconds)) });
  stream.inputFinished();
  const began = performance.now();
  while (recognizer.isReady(stream)) recognizer.decode(stream);
  times.push(performance.now() - began);
  words = recognizer.getResult(stream).words ?? [];
}
console.log(JSON.stringify({ times, words }));
