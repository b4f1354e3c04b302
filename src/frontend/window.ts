import type { WindowType } from './options.js';

/** Window of `length` samples (Kaldi feature-window.cc). */
export function windowFunction(type: WindowType, length: number): Float64Array {
  const a = (2 * Math.PI) / (length - 1);
  const at = (i: number): number => {
    switch (type) {
      case 'povey':
        return (0.5 - 0.5 * Math.cos(a * i)) ** 0.85;
      case 'hanning':
        return 0.5 - 0.5 * Math.cos(a * i);
      case 'hamming':
        return 0.54 - 0.46 * Math.cos(a * i);
      case 'blackman':
        return 0.42 - 0.5 * Math.cos(a * i) + 0.08 * Math.cos(2 * a * i);
      case 'sine':
        return Math.sin(0.5 * a * i);
      case 'rectangular':
        return 1;
    }
  };
  return Float64Array.from({ length }, (_, i) => Math.fround(at(i)));
}
