import type { WebSocket } from 'ws';
import { HearkenError } from '../src/errors.js';

/** Send a message as JSON, unless the socket is closing. @throws SERVER_LIMIT where the client does not read its answers */
export function reply(socket: WebSocket, message: object, maxUnsentBytes: number): void {
  if (socket.readyState !== socket.OPEN) return;
  socket.send(JSON.stringify(message));
  if (socket.bufferedAmount > maxUnsentBytes) throw new HearkenError('SERVER_LIMIT', 'answers are not being read');
}
