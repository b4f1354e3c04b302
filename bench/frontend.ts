import { computeFeatures, fbankOptions } from '../src/frontend/index.js';

const SECONDS = 60;
const RUNS = 7;

/** Log-mel features of the shipped model on one core: times real time, median of several runs. */
export async function frontendBench(): Promise<void> {
  const samples = Float32Array.from({ length: 16000 * SECONDS }, (_, i) => 0.3 * Math.sin(i * i * 1e-5));
  const options = fbankOptions({ melBins: 80, snipEdges: false, highFrequency: -400 });
  const speeds = Array.from({ length: RUNS }, () => {
    const began = performance.now();
    computeFeatures(samples, options);
    return (SECONDS * 1000) / (performance.now() - began);
  }).sort((a, b) => a - b);
  console.log(
    `frontend: ${speeds[RUNS >> 1].toFixed(0)}x real time (${speeds[0].toFixed(0)} to ${speeds[RUNS - 1].toFixed(0)})`,
  );
}
