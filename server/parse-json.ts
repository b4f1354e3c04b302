import type { RawData } from 'ws';
import { HearkenError } from '../src/index.js';

/** A text message as JSON. @param maxBytes it may have: reading more would hold up the other sockets. @throws SERVER_MESSAGE, SERVER_LIMIT */
export function parseJson(data: RawData, maxBytes = Number.POSITIVE_INFINITY): unknown {
  const { length } = data as Buffer;
  if (length > maxBytes)
    throw new HearkenError('SERVER_LIMIT', `a text message of ${length} bytes: at most ${maxBytes} are read`);
  try {
    return JSON.parse((data as Buffer).toString());
  } catch {
    throw new HearkenError('SERVER_MESSAGE', 'a text message must be JSON');
  }
}
