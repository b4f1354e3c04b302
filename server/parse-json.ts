import type { RawData } from 'ws';
import { HearkenError } from '../src/index.js';

/** A text message as JSON. @throws SERVER_MESSAGE */
export function parseJson(data: RawData): unknown {
  try {
    return JSON.parse((data as Buffer).toString());
  } catch {
    throw new HearkenError('SERVER_MESSAGE', 'a text message must be JSON');
  }
}
