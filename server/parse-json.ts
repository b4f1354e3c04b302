import type { RawData } from 'ws';
import { HearkenError } from '../src/index.js';

/** A text message as JSON. @throws OPTION_INVALID */
export function parseJson(data: RawData): unknown {
  try {
    return JSON.parse((data as Buffer).toString());
  } catch {
    throw new HearkenError('OPTION_INVALID', 'a text message must be JSON');
  }
}
