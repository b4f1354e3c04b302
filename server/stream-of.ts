import { PcmDecoder } from '../src/audio/index.js';
import type { RecognitionStream } from '../src/index.js';
import type { ServerContext } from './context.js';
import type { StartMessage } from './stream-messages.js';

/** The stream that a `start` asks for, and what turns its audio into samples; none where a worker does. @throws OPTION_INVALID */
export function streamOf(
  { engine, limits: { maxSessionSeconds: maxSeconds, maxSecondsPerKilobyte } }: ServerContext,
  options: StartMessage,
): { stream: RecognitionStream; decoder?: PcmDecoder } {
  const { sampleRate, channels, channelMode, encoding } = options;
  const { phrases, classes, newWords, keywords, recognize, grammar } = options;
  const { partials, rescore, secondPass, alternatives, written, punctuation, profanity, endpoint } = options;
  const words = { phrases, classes, newWords, keywords, recognize, grammar };
  const common = { partials, rescore, secondPass, alternatives, written, punctuation, profanity, endpoint, ...words };
  const recording = { ...common, limits: { maxSeconds, maxSecondsPerKilobyte }, channels: channelMode };
  if (encoding === 'container') return { stream: engine.createRecordingStream(recording) };
  if (channels > 1)
    return { stream: engine.createRecordingStream({ ...recording, raw: { sampleRate, encoding, channels } }) };
  return { stream: engine.createStream({ ...common, sampleRate }), decoder: new PcmDecoder(encoding, 1) };
}
