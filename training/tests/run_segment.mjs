// Runs MODEL on one segment, FEATURES (raw float32, 80 bins one after another), and writes its raw float32 log-likelihoods.
import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const [model, file] = process.argv.slice(2);
const bytes = readFileSync(file);
const features = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
const session = await InferenceSession.create(model);
const { loglikes } = await session.run({ features: new Tensor('float32', features, [1, 80, features.length / 80]) });
process.stdout.write(Buffer.from(loglikes.data.buffer, loglikes.data.byteOffset, loglikes.data.byteLength));
