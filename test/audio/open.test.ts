import { spawnSync } from 'node:child_process';
import { createReadStream, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { monoChunks, openAudio } from '../../src/audio/index.js';
import { HearkenError } from '../../src/errors.js';
import { amplitudeAt, collect, concat } from '../support/audio.js';
import { rejects } from '../support/errors.js';
import { DATA } from '../support/shared.js';

/** Half a second of 440 Hz left and 1000 Hz right at half amplitude, in every container. */
const TONES = [
  'tone.flac',
  'tone.mp3',
  'tone-opus.ogg',
  'tone-vorbis.ogg',
  'tone.webm',
  'tone.aiff',
  'tone.aifc',
  'tone.au',
  'tone.sph',
  'tone24.wav',
];
/** What a descriptor is of; none where it is closed already. */
function linkOf(path: string): string[] {
  try {
    return [readlinkSync(path)];
  } catch {
    return [];
  }
}

const hasFfmpeg = !spawnSync('ffmpeg', ['-version']).error;

describe('openAudio', () => {
  for (const name of TONES) {
    it(`decodes ${name}`, async () => {
      const source = await openAudio(resolve(DATA, name));
      expect(source.channels).to.equal(2);
      const [left, right] = await collect(source);
      expect(left.length / source.sampleRate).to.be.closeTo(0.5, 0.08);
      expect(amplitudeAt(440, source.sampleRate, left)).to.be.closeTo(0.5, 0.06);
      expect(amplitudeAt(1000, source.sampleRate, right)).to.be.closeTo(0.5, 0.06);
      expect(amplitudeAt(1000, source.sampleRate, left)).to.be.below(0.03);
    });
  }

  it('decodes MP4 through ffmpeg, or says that it is needed', async () => {
    const path = resolve(DATA, 'tone.m4a');
    if (!hasFfmpeg) {
      expect((await rejects(openAudio(path), 'AUDIO_UNSUPPORTED')).message).to.match(/ffmpeg/);
      return;
    }
    const source = await openAudio(path);
    const [left] = await collect(source);
    expect(amplitudeAt(440, source.sampleRate, left)).to.be.closeTo(0.5, 0.05);
  });

  it('reads Node streams as files', async () => {
    const path = resolve(DATA, 'tone.flac');
    const a = await collect(await openAudio(path));
    const b = await collect(await openAudio(createReadStream(path, { highWaterMark: 97 })));
    expect(b[0]).to.deep.equal(a[0]);
  });

  it('closes a file that is not read to its end', async () => {
    const open = (): string[] => readdirSync('/proc/self/fd').flatMap((fd) => linkOf(`/proc/self/fd/${fd}`));
    const source = await openAudio(resolve(DATA, 'libri-3526-176653-0051.wav'));
    for await (const _ of source.chunks) break;
    const limited = await openAudio(resolve(DATA, 'an4-cen1-fash-b.wav'), undefined, { maxSeconds: 0.1 });
    await rejects(collect(limited), 'AUDIO_LIMIT');
    await new Promise((done) => setTimeout(done, 50));
    expect(open().filter((path) => path.endsWith('.wav'))).to.deep.equal([]);
  });

  it('takes raw PCM as told', async () => {
    const source = await openAudio(Uint8Array.of(0, 64, 0, 192), { encoding: 's16le', sampleRate: 8000 });
    expect([...(await collect(source))[0]]).to.deep.equal([0.5, -0.5]);
    await rejects(openAudio(Uint8Array.of(0), { encoding: 's16le', sampleRate: 1 }), 'AUDIO_HEADER');
  });

  it('mixes down and resamples to one rate', async () => {
    const source = await openAudio(resolve(DATA, 'tone-opus.ogg'));
    const parts: Float32Array[] = [];
    for await (const p of monoChunks(source, 16000)) parts.push(p.slice());
    expect(amplitudeAt(440, 16000, concat(parts))).to.be.closeTo(0.25, 0.04);
  });

  it('says what cannot be read', async () => {
    await rejects(openAudio('/does/not/exist.wav'), 'INPUT_NOT_FOUND');
    await rejects(openAudio(DATA), 'INPUT_NOT_FOUND');
    for (const name of ['tone.flac', 'tone-opus.ogg']) {
      await rejects(
        openAudio(readFileSync(resolve(DATA, name)).subarray(0, 40)).then(collect),
        'AUDIO_CODEC',
        'AUDIO_TRUNCATED',
        'AUDIO_HEADER',
        'AUDIO_FORMAT',
        'AUDIO_UNSUPPORTED',
      );
    }
  });

  it('answers mutated files with samples or a typed error, never anything else', async function () {
    this.timeout(120_000);
    const files = readdirSync(DATA)
      .filter((f) => f.startsWith('tone'))
      .map((f) => readFileSync(resolve(DATA, f)));
    expect(files.length).to.be.at.least(11);
    const mutation = fc.record({
      file: fc.constantFrom(...files),
      cut: fc.double({ min: 0, max: 1, noNaN: true }),
      bytes: fc.array(fc.tuple(fc.oneof(fc.nat(120), fc.nat(4000)), fc.nat(255)), { maxLength: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(mutation, async ({ file, cut, bytes }) => {
        const damaged = Buffer.from(file.subarray(0, Math.ceil(file.length * cut)));
        for (const [at, value] of bytes) if (at < damaged.length) damaged[at] = value;
        try {
          const planes = await collect(await openAudio(damaged));
          for (const plane of planes)
            if (plane.some((x) => !Number.isFinite(x))) throw new Error('a sample is not finite');
        } catch (error) {
          if (!(error instanceof HearkenError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});
