// Runs MODEL over FEATURES (raw float32 of 80 bins a frame) in pieces of FRAMES, its state handed on, and writes the raw float32
// log-likelihoods: node run_onnx.mjs MODEL FEATURES FRAMES STATE_SIZE
import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const [model, file, frames, stateSize] = process.argv.slice(2);
const bytes = readFileSync(file);
const features = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
const session = await InferenceSession.create(model);
let state = new Tensor('float32', new Float32Array(Number(stateSize)), [1, Number(stateSize)]);
for (let at = 0; at < features.length; at += Number(frames) * 80) {
  const piece = features.subarray(at, at + Number(frames) * 80);
  const out = await session.run({ features: new Tensor('float32', piece, [1, piece.length / 80, 80]), state });
  state = out.next_state;
  process.stdout.write(Buffer.from(out.loglikes.data.buffer, out.loglikes.data.byteOffset, out.loglikes.data.byteLength));
}
