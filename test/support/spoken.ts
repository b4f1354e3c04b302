import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { RawSocket } from './raw-client.js';
import { DATA } from './shared.js';

/** Five seconds of speech, a WAV file of 16-bit samples at 16 kHz, and what is said in it. */
export const SPOKEN_WAV = readFileSync(resolve(DATA, 'libri-3526-176653-0051.wav'));
/** The samples alone. */
export const SPOKEN = SPOKEN_WAV.subarray(44);
export const SAID = 'said the little fellow panting in sympathy';

/** What a session on `/v1/stream` makes of the recording. */
export async function recognised(
  port: number,
  options: ConstructorParameters<typeof RawSocket>[2] = {},
): Promise<string> {
  const client = new RawSocket(port, '/v1/stream', options);
  await client.opened;
  client.json({ type: 'start' });
  client.audio(SPOKEN);
  client.json({ type: 'finish' });
  await client.closed;
  return client
    .of('final')
    .map((m) => m.text)
    .join(' ');
}

/** A server that went through an attack still does its work. */
export async function stillTranscribes(port: number, options?: Parameters<typeof recognised>[1]): Promise<void> {
  expect(await recognised(port, options)).to.equal(SAID);
}
