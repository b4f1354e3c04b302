/** Features followed by their first `order` derivatives over ±`window` frames (Kaldi's add-deltas); edges repeat. */
export function addDeltas(data: Float32Array, dim: number, order = 2, window = 2): Float32Array {
  const frames = data.length / dim;
  const width = dim * (order + 1);
  const out = new Float32Array(frames * width);
  for (let o = 0; o <= order; o++) {
    const scales = deltaScales(o, window);
    const reach = (scales.length - 1) / 2;
    for (let t = 0; t < frames; t++) {
      for (let d = 0; d < dim; d++) {
        let sum = 0;
        for (let j = -reach; j <= reach; j++) {
          const from = Math.min(frames - 1, Math.max(0, t + j));
          sum += scales[j + reach] * data[from * dim + d];
        }
        out[t * width + o * dim + d] = sum;
      }
    }
  }
  return out;
}

/** Filter of order `o`: the regression filter convolved with itself o times. */
function deltaScales(order: number, window: number): Float64Array {
  let scales = Float64Array.of(1);
  let norm = 0;
  for (let j = -window; j <= window; j++) norm += j * j;
  for (let o = 0; o < order; o++) {
    const next = new Float64Array(scales.length + 2 * window);
    for (let i = 0; i < scales.length; i++) {
      for (let j = -window; j <= window; j++) next[i + j + window] += (j / norm) * scales[i];
    }
    scales = next;
  }
  return scales;
}
