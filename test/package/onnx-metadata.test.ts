import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { HearkenError } from '../../src/errors.js';
import { onnxMetadata } from '../../src/package/onnx-metadata.js';
import { codeOf } from '../support/errors.js';
import { type Network, writeOnnx } from '../support/onnx-writer.js';
import { ProtobufWriter } from '../support/protobuf-writer.js';
import { ROOT } from '../support/shared.js';

const NETWORK: Network = {
  inputs: [
    { name: 'audio_signal', type: 'float32', dims: ['batch', 80, 'time'] },
    { name: 'length', type: 'int64', dims: ['batch'] },
  ],
  outputs: [{ name: 'logprobs', type: 'float32', dims: ['batch', 80, 'time'] }],
  nodes: [{ operator: 'Add', inputs: ['audio_signal', 'one'], outputs: ['logprobs'] }],
  weights: [{ name: 'one', dims: [1], data: Float32Array.of(1) }],
  properties: { vocab_size: '1024', normalize_type: 'per_feature', comment: 'grüße' },
};

describe('onnxMetadata', () => {
  it('gives inputs, outputs, axes, properties and operators of a file that onnxruntime runs', async () => {
    const bytes = writeOnnx(NETWORK);
    const metadata = onnxMetadata(bytes, 'a.onnx');
    expect(metadata).to.deep.equal({
      irVersion: 8,
      producer: 'hearken-tests',
      opsets: { '': 17 },
      inputs: NETWORK.inputs,
      outputs: NETWORK.outputs,
      properties: NETWORK.properties,
      externalFiles: [],
      operators: new Set(['Add']),
    });
    const session = await InferenceSession.create(bytes);
    expect(session.inputNames).to.deep.equal(metadata.inputs.map((v) => v.name));
    const { logprobs } = await session.run({
      audio_signal: new Tensor('float32', new Float32Array(80), [1, 80, 1]),
      length: new Tensor('int64', BigInt64Array.of(1n), [1]),
    });
    expect(logprobs.data[0]).to.equal(1);
    await session.release();
  });

  it('agrees with onnxruntime on the shipped network', async () => {
    const path = resolve(ROOT, 'models/en-small/acoustic.onnx');
    const { inputs, outputs } = onnxMetadata(readFileSync(path), path);
    const session = await InferenceSession.create(path);
    const shapes = (all: readonly InferenceSession.ValueMetadata[]): unknown[] =>
      all.map((v) => (v.isTensor ? [v.name, v.type, v.shape] : [v.name]));
    expect(inputs.map((v) => [v.name, v.type, v.dims])).to.deep.equal(shapes(session.inputMetadata));
    expect(outputs.map((v) => [v.name, v.type, v.dims])).to.deep.equal(shapes(session.outputMetadata));
    await session.release();
  });

  it('leaves weights out that older files list among the inputs', () => {
    const one = { name: 'one', type: 'float32', dims: [1] } as const;
    const bytes = writeOnnx({ ...NETWORK, inputs: [...NETWORK.inputs, { ...one, dims: [1] }] });
    expect(onnxMetadata(bytes, 'a').inputs.map((v) => v.name)).to.deep.equal(['audio_signal', 'length']);
  });

  it('names files with weights, and refuses those outside of the directory', () => {
    const at = (location: string): Uint8Array =>
      writeOnnx({ ...NETWORK, weights: [{ name: 'one', dims: [1], data: Float32Array.of(1), location }] });
    expect(onnxMetadata(at('model.onnx_data'), 'a').externalFiles).to.deep.equal(['model.onnx_data']);
    for (const location of ['/etc/passwd', '../x', 'a/../../x', 'C:\\x', 'a\\..\\..\\x', ''])
      expect(
        codeOf(() => onnxMetadata(at(location), 'a')),
        location,
      ).to.equal('MODEL_FILE');
  });

  it('refuses every truncated file, saying where', () => {
    const bytes = writeOnnx(NETWORK);
    for (let length = 0; length < bytes.length; length++) {
      try {
        // A cut between fields of the model leaves a shorter model; without a graph it is none.
        const { outputs } = onnxMetadata(bytes.subarray(0, length), 'cut.onnx');
        expect(outputs).to.have.length(1);
      } catch (error) {
        expect(error).to.be.instanceOf(HearkenError);
        expect((error as HearkenError).message).to.match(/^cut\.onnx: /);
      }
    }
    expect(codeOf(() => onnxMetadata(bytes.subarray(0, 40), 'cut.onnx'))).to.equal('MODEL_FILE');
  });

  it('reads negative and large axes, and refuses lengths past the end before it allocates', () => {
    const axis = (value: number): Uint8Array =>
      writeOnnx({ ...NETWORK, outputs: [{ name: 'o', type: 'float32', dims: [value] }] });
    for (const value of [-1, 0, 2 ** 40]) expect(onnxMetadata(axis(value), 'a').outputs[0].dims).to.deep.equal([value]);
    const huge = new ProtobufWriter().integer(1, 8).done();
    expect(codeOf(() => onnxMetadata(Uint8Array.of(...huge, 0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f), 'a'))).to.equal(
      'MODEL_FILE',
    );
  });

  it('answers any bytes with metadata or MODEL_FILE', () => {
    const seed = writeOnnx(NETWORK);
    fc.assert(
      fc.property(fc.nat(seed.length - 1), fc.nat(255), fc.uint8Array({ maxLength: 40 }), (at, byte, noise) => {
        const changed = Uint8Array.from(seed);
        changed[at] = byte;
        for (const bytes of [changed, noise])
          expect(codeOf(() => onnxMetadata(bytes, 'x'))).to.be.oneOf([undefined, 'MODEL_FILE']);
      }),
      { numRuns: 500 },
    );
  });
});
