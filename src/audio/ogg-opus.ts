import { OpusDecoder } from 'opus-decoder';
import { HearkenError } from '../errors.js';
import type { ByteReader } from './byte-reader.js';
import { oggPackets } from './ogg.js';
import { release } from './release.js';
import { type AudioSource, checkFormat, MAX_CHANNELS } from './source.js';

/** Opus always comes out at this rate. */
const RATE = 48_000;

/** What the first packet of a stream says (RFC 7845). */
interface OpusHead {
  channels: number;
  preSkip: number;
  streams: number;
  coupled: number;
  mapping: number[];
}

/** @throws AUDIO_HEADER, AUDIO_UNSUPPORTED */
function readHead(data: Uint8Array): OpusHead {
  const fail = (what: string): never => {
    throw new HearkenError('AUDIO_HEADER', `the Ogg Opus header ${what}`);
  };
  if (Buffer.from(data.subarray(0, 8)).toString('latin1') !== 'OpusHead' || data.length < 19)
    return fail('is missing or too short');
  if (data[8] >> 4 !== 0) throw new HearkenError('AUDIO_UNSUPPORTED', `Ogg Opus of version ${data[8]}`);
  const channels = data[9];
  checkFormat(RATE, channels, 'the Ogg Opus header');
  const preSkip = data[10] | (data[11] << 8);
  if (data[18] === 0) {
    if (channels > 2) return fail(`states ${channels} channels without saying where they are`);
    return { channels, preSkip, streams: 1, coupled: channels - 1, mapping: channels === 2 ? [0, 1] : [0] };
  }
  const mapping = [...data.subarray(21, 21 + channels)];
  const [streams, coupled] = [data[19], data[20]];
  const sources = streams + coupled;
  if (mapping.length < channels || streams === 0 || coupled > streams || sources > MAX_CHANNELS)
    return fail(`has ${streams} streams for ${channels} channels`);
  if (mapping.some((source) => source !== 255 && source >= sources)) return fail('takes a channel from no stream');
  return { channels, preSkip, streams, coupled, mapping };
}

/** Opus in Ogg, packet by packet. */
export async function openOggOpus(reader: ByteReader): Promise<AudioSource> {
  const warnings: string[] = [];
  const warn = (message: string): void => {
    if (warnings.length < 10) warnings.push(`ogg-opus: ${message}`);
  };
  const packets = oggPackets(reader, warn);
  const first = await packets.next();
  if (first.done) throw new HearkenError('AUDIO_CODEC', 'the Ogg stream holds no packet');
  const head = readHead(first.value.data);
  async function* chunks(): AsyncGenerator<Float32Array[]> {
    let decoder = await decoderOf(head);
    let left = head.preSkip;
    let decoded = 0;
    let tags = true;
    try {
      for await (const { data, first: begins, position, last } of packets) {
        if (begins) {
          const next = readHead(data);
          if (next.channels !== head.channels)
            throw new HearkenError('AUDIO_UNSUPPORTED', 'the Ogg Opus stream changes its channel count on the way');
          release(decoder);
          decoder = await decoderOf(next);
          [left, decoded, tags] = [next.preSkip, 0, true];
          continue;
        }
        if (tags) {
          tags = false;
          continue;
        }
        const planes = decodeOpus(decoder, data, warn);
        if (planes.length === 0) continue;
        const before = decoded;
        decoded += planes[0].length;
        const from = Math.min(left, planes[0].length);
        left -= from;
        // The last page says where the sound ends, within its last packets.
        const surplus = last && position !== undefined ? decoded - position : 0;
        const to = surplus > 0 && surplus < decoded - before ? planes[0].length - surplus : planes[0].length;
        if (to > from) yield planes.map((plane) => plane.subarray(from, to));
      }
    } finally {
      release(decoder);
    }
  }
  return { container: 'ogg-opus', sampleRate: RATE, channels: head.channels, warnings, chunks: chunks() };
}

async function decoderOf({ channels, streams, coupled, mapping }: OpusHead): Promise<OpusDecoder> {
  const decoder = new OpusDecoder({
    channels,
    streamCount: streams,
    coupledStreamCount: coupled,
    channelMappingTable: mapping,
  });
  await decoder.ready;
  return decoder;
}

/** Samples of a packet, at most 120 ms; none where it is damaged. @throws AUDIO_CODEC */
export function decodeOpus(decoder: OpusDecoder, packet: Uint8Array, warn: (message: string) => void): Float32Array[] {
  try {
    const { channelData, samplesDecoded, errors } = decoder.decodeFrame(packet);
    for (const e of errors) warn(e.message);
    return samplesDecoded > 0 ? channelData : [];
  } catch (cause) {
    throw new HearkenError('AUDIO_CODEC', `the Opus stream is damaged: ${(cause as Error).message}`, { cause });
  }
}
