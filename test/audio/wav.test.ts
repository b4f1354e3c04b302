import { expect } from 'chai';
import { openAudio } from '../../src/audio/index.js';
import { collect } from '../support/audio.js';
import { rejects } from '../support/errors.js';
import { s16, wav } from '../support/wav.js';

const RAMP = Float32Array.from({ length: 100 }, (_, i) => (i - 50) / 64);

/** RAMP in an encoding, with the largest error that encoding may make. */
const ENCODINGS: {
  name: string;
  code: number;
  bits: number;
  error: number;
  write: (b: DataView, i: number, x: number) => void;
}[] = [
  { name: 'u8', code: 1, bits: 8, error: 1 / 128, write: (b, i, x) => b.setUint8(i, Math.round(x * 127) + 128) },
  {
    name: 's16',
    code: 1,
    bits: 16,
    error: 1 / 32768,
    write: (b, i, x) => b.setInt16(i * 2, Math.round(x * 32768), true),
  },
  {
    name: 's24',
    code: 1,
    bits: 24,
    error: 1 / 8388608,
    write: (b, i, x) => {
      const v = Math.round(x * 8388608);
      b.setUint16(i * 3, v & 0xffff, true);
      b.setInt8(i * 3 + 2, v >> 16);
    },
  },
  {
    name: 's32',
    code: 1,
    bits: 32,
    error: 1e-7,
    write: (b, i, x) => b.setInt32(i * 4, Math.round(x * 2147483648), true),
  },
  { name: 'f32', code: 3, bits: 32, error: 0, write: (b, i, x) => b.setFloat32(i * 4, x, true) },
  { name: 'f64', code: 3, bits: 64, error: 0, write: (b, i, x) => b.setFloat64(i * 8, x, true) },
];

describe('WAV', () => {
  for (const { name, code, bits, error, write } of ENCODINGS) {
    for (const extensible of [false, true]) {
      it(`reads ${name}${extensible ? ' extensible' : ''}`, async () => {
        const data = new Uint8Array((RAMP.length * bits) / 8);
        const view = new DataView(data.buffer);
        for (const [i, x] of RAMP.entries()) write(view, i, x);
        const [samples] = await collect(await openAudio(wav({ data, code, bits, extensible })));
        expect(samples.length).to.equal(RAMP.length);
        for (const [i, s] of samples.entries()) expect(s).to.be.closeTo(RAMP[i], error + 1e-9);
      });
    }
  }

  it('decodes A-law and mu-law by the ITU-T G.711 tables', async () => {
    // G.711: mu-law 0x80 is +32124, 0x00 is −32124, 0xff is 0; A-law 0xaa is +32256, 0x2a is −32256, 0xd5 is +8.
    const mulaw = await collect(await openAudio(wav({ data: Uint8Array.of(0x80, 0x00, 0xff), code: 7, bits: 8 })));
    expect([...mulaw[0]].map((x) => x * 32768)).to.deep.equal([32124, -32124, 0]);
    const alaw = await collect(await openAudio(wav({ data: Uint8Array.of(0xaa, 0x2a, 0xd5), code: 6, bits: 8 })));
    expect([...alaw[0]].map((x) => x * 32768)).to.deep.equal([32256, -32256, 8]);
  });

  it('reads chunks before the format, odd sizes padded', async () => {
    const before = [
      { name: 'LIST', bytes: new Uint8Array(33) },
      { name: 'bext', bytes: new Uint8Array(602) },
    ];
    const [samples] = await collect(await openAudio(wav({ data: s16(RAMP), before })));
    expect(samples.length).to.equal(RAMP.length);
  });

  it('reads data that comes before its format, and refuses to hold too much of it', async () => {
    const file = wav({ data: s16(RAMP).subarray(0, 2 * RAMP.length), dataFirst: true });
    expect([...(await collect(await openAudio(file)))[0]]).to.deep.equal([
      ...(await collect(await openAudio(wav({ data: s16(RAMP) }))))[0],
    ]);
    await rejects(openAudio(wav({ data: s16(RAMP), dataFirst: true, dataSize: 1 << 30 })), 'AUDIO_UNSUPPORTED');
    await rejects(openAudio(wav({ data: s16(RAMP), dataFirst: true, dataSize: 0xffffffff })), 'AUDIO_UNSUPPORTED');
    await rejects(openAudio(file.subarray(0, 60)), 'AUDIO_TRUNCATED');
  });

  for (const dataSize of [0, 0xffffffff]) {
    it(`reads to the end where a stream left the size at ${dataSize}`, async () => {
      const [samples] = await collect(await openAudio(wav({ data: s16(RAMP), dataSize })));
      expect(samples.length).to.equal(RAMP.length);
    });
  }

  it('reads RF64 with its size in ds64', async () => {
    const data = s16(RAMP);
    const ds64 = Buffer.alloc(28);
    ds64.writeBigUInt64LE(BigInt(data.length), 8);
    const file = Buffer.from(wav({ data, dataSize: 0xffffffff, before: [{ name: 'ds64', bytes: ds64 }] }));
    file.write('RF64', 0, 'latin1');
    const [samples] = await collect(await openAudio(Buffer.concat([file, Buffer.alloc(64)])));
    expect(samples.length).to.equal(RAMP.length);
  });

  it('gives what is there and a warning where sound is cut short or 10 GB are claimed', async () => {
    const source = await openAudio(wav({ data: s16(RAMP), dataSize: 4_000_000_000 }));
    const [samples] = await collect(source);
    expect(samples.length).to.equal(RAMP.length);
    expect(source.warnings[0]).to.match(/4000000000 bytes of sound; 200 are there/);
  });

  it('keeps a sample that is cut between chunks whole', async () => {
    const bytes = wav({ data: s16(RAMP) });
    async function* single(): AsyncGenerator<Uint8Array> {
      for (const b of bytes) yield Uint8Array.of(b);
    }
    const [samples] = await collect(await openAudio(single()));
    expect([...samples]).to.deep.equal([...(await collect(await openAudio(bytes)))[0]]);
  });

  it('names what is wrong with impossible headers', async () => {
    const data = s16(RAMP);
    await rejects(openAudio(new Uint8Array(0)), 'AUDIO_EMPTY');
    expect((await rejects(openAudio(wav({ data, rate: 0 })), 'AUDIO_HEADER')).message).to.match(/0 Hz/);
    expect((await rejects(openAudio(wav({ data, rate: 4_000_000_000 })), 'AUDIO_HEADER')).message).to.match(
      /4000000000 Hz/,
    );
    await rejects(openAudio(wav({ data, channels: 0 })), 'AUDIO_HEADER');
    await rejects(openAudio(wav({ data, channels: 65535 })), 'AUDIO_HEADER');
    await rejects(openAudio(wav({ data, code: 85 })), 'AUDIO_UNSUPPORTED');
    await rejects(openAudio(wav({ data }).subarray(0, 30)), 'AUDIO_TRUNCATED');
    await rejects(openAudio(Buffer.from('a text that is renamed to .wav')), 'AUDIO_FORMAT');
  });
});
