import { expect } from 'chai';
import { Admission } from '../../server/admission.js';
import { defaultLimits } from '../../server/limits.js';
import { RawSocket } from '../support/raw-client.js';
import { Served } from '../support/serving.js';
import { SAID, SPOKEN } from '../support/spoken.js';

const RATE = 16_000;
const silence = (seconds: number, channels = 1): Uint8Array => new Uint8Array(2 * RATE * channels * seconds);

function wav(samples: Uint8Array, channels = 1): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(2 * RATE * channels, 28);
  head.writeUInt16LE(2 * channels, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}

describe('findings of sessions and uploads', function () {
  this.timeout(120_000);

  describe('finding 13: seconds of audio', () => {
    const served = new Served({ workers: 1 }, { maxSessionSeconds: 5, maxUploadSeconds: 5 });

    for (const [name, start, audio] of [
      ['one channel', {}, silence(30)],
      ['two channels', { channels: 2 }, silence(30, 2)],
      ['a container', { encoding: 'container' }, wav(silence(30))],
      ['a container of two channels', { encoding: 'container', channelMode: 'split' }, wav(silence(30, 2), 2)],
    ] as const)
      it(`a session of ${name} ends after maxSessionSeconds`, async () => {
        const client = new RawSocket(served.server.port, '/v1/stream');
        await client.opened;
        client.json({ type: 'start', ...start });
        for (let at = 0; at < audio.length; at += 1 << 16) client.audio(audio.subarray(at, at + (1 << 16)));
        client.json({ type: 'finish' });
        const { reason } = await client.closed;
        expect(reason).to.be.oneOf(['SERVER_LIMIT', 'AUDIO_LIMIT']);
        expect(client.of('done')).to.deep.equal([]);
      });

    for (const streamed of ['false', 'true'])
      it(`an upload of silence longer than maxUploadSeconds is refused, stream=${streamed}`, async () => {
        const body = new FormData();
        body.append('file', new Blob([Uint8Array.from(wav(silence(60)))]));
        body.append('stream', streamed);
        const url = `http://127.0.0.1:${served.server.port}/v1/audio/transcriptions`;
        const response = await fetch(url, { method: 'POST', body });
        expect(response.status).to.equal(413);
        expect(await response.text()).to.include('AUDIO_LIMIT');
      });
  });

  describe('finding 15: finish, then a long wait', () => {
    const served = new Served({ workers: 1 }, { idleSeconds: 0.2 });

    it('results come although they take longer than the idle limit', async () => {
      const client = new RawSocket(served.server.port, '/v1/stream');
      await client.opened;
      client.json({ type: 'start', partials: false });
      for (let i = 0; i < 60; i++) client.audio(SPOKEN);
      client.json({ type: 'finish' });
      expect((await client.closed).code).to.equal(1000);
      expect(client.of('error')).to.deep.equal([]);
      expect(client.of('done')).to.have.length(1);
    });
  });

  describe('finding 16: places', () => {
    const limits = { ...defaultLimits(2), maxSessions: 32 };

    it('a cold start and one short stream take next to none away', () => {
      const admission = new Admission(limits, 2);
      expect(admission.capacity).to.equal(32);
      admission.record({ seconds: 0.5, busySeconds: 2.23 });
      expect(admission.capacity).to.be.at.least(28);
      admission.record({ seconds: 18, busySeconds: 9 });
      expect(admission.capacity).to.be.at.least(12);
    });

    it('much audio that takes long leaves as many as the cores can do', () => {
      const admission = new Admission(limits, 2);
      for (let i = 0; i < 60; i++) admission.record({ seconds: 60, busySeconds: 30 });
      expect(admission.capacity).to.be.within(3, 5);
    });

    const served = new Served({ workers: 1 }, { maxSessions: 1 });

    it('a session that is done gives its place back before its client closes', async () => {
      const first = new RawSocket(served.server.port, '/v1/stream');
      await first.opened;
      // This client never closes.
      first.socket.end = () => first.socket;
      first.json({ type: 'start' });
      first.audio(SPOKEN);
      first.json({ type: 'finish' });
      await first.until((m) => m.type === 'done');
      const second = new RawSocket(served.server.port, '/v1/stream');
      await second.opened;
      second.json({ type: 'start' });
      expect(await second.until((m) => m.type === 'ready' || m.type === 'error')).to.include({ type: 'ready' });
      second.cut();
      first.cut();
    });
  });

  describe('finding 26: finalize where nothing was said', () => {
    const served = new Served({ workers: 1 });

    for (const written of [false, true])
      it(`every finalize is answered, without words where there are none, written ${written}`, async () => {
        const client = new RawSocket(served.server.port, '/v1/stream');
        await client.opened;
        client.json({ type: 'start', written, punctuation: written });
        client.json({ type: 'finalize' });
        client.audio(silence(1));
        client.json({ type: 'finalize' });
        client.audio(SPOKEN);
        client.json({ type: 'finalize' });
        client.json({ type: 'finalize' });
        client.json({ type: 'finish' });
        await client.closed;
        const finals = client.of('final');
        expect(finals.map((f) => f.text)).to.deep.equal(['', '', SAID, '']);
        expect(finals.map((f) => f.reason)).to.deep.equal(Array.from({ length: 4 }, () => 'finalize'));
        expect(finals.map((f) => f.index)).to.deep.equal([0, 1, 2, 3]);
        expect(finals[1].end).to.be.closeTo(1, 0.04);
      });
  });
});
