import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** A NumPy file of float32 in C order, gzipped or not. */
export function readNpy(path: string): { shape: number[]; data: Float32Array } {
  const raw = readFileSync(path);
  const bytes = path.endsWith('.gz') ? gunzipSync(raw) : raw;
  const headerLength = bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, 10 + headerLength);
  if (!header.includes("'descr': '<f4'") || !header.includes("'fortran_order': False")) throw new Error(header);
  const shape =
    /'shape': \(([^)]*)\)/
      .exec(header)?.[1]
      .split(',')
      .filter((s) => s.trim())
      .map(Number) ?? [];
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) =>
    bytes.readFloatLE(10 + headerLength + 4 * i),
  );
  return { shape, data };
}
