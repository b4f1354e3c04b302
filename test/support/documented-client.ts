import { type Message, RawSocket } from './raw-client.js';

/** What a client wants to send: audio in pieces, and messages between them. */
export type Step = Uint8Array | { type: 'finalize' | 'reset' | 'finish' };

export interface Outcome {
  finals: Message[];
  done: Message[];
  cuts: number;
  errors: Message[];
}

/**
 * A client that resumes by the four rules of docs/server.md and knows nothing else. Its connection breaks at times, wherever it is.
 * @param cutNow asked before each step and each answer; the connection is broken off where it says so, most often behind `ready`, with
 * answers under way
 */
export async function converse(
  port: number,
  start: object,
  steps: readonly Step[],
  cutNow: () => boolean,
): Promise<Outcome> {
  const out: Outcome = { finals: [], done: [], cuts: 0, errors: [] };
  let session: string | undefined;
  let seq = 0;
  while (out.done.length === 0 && out.errors.length === 0) {
    const socket = new RawSocket(port, '/v1/stream');
    const cut = (): void => {
      if (socket.ended) return;
      out.cuts++;
      socket.onMessage = undefined;
      socket.cut();
    };
    socket.onMessage = (message) => {
      if (message.type === 'error') out.errors.push(message);
      if (message.type === 'ready') session = message.session;
      if (message.seq !== undefined) {
        seq = message.seq;
        if (message.type === 'final') out.finals.push(message);
        if (message.type === 'done') out.done.push(message);
      }
      const tries = message.type === 'ready' ? 5 : 1;
      if (out.done.length === 0 && Array.from({ length: tries }, cutNow).includes(true)) cut();
    };
    await socket.opened;
    if (socket.ended) continue;
    socket.json(session === undefined ? { type: 'start', ...start } : { type: 'resume', session, seq });
    const ready = await socket.until((m) => m.type === 'ready');
    const maybeCut = (): void => {
      if (cutNow()) cut();
    };
    if (ready) await send(socket, steps, ready.received, maybeCut);
    await socket.closed;
    // Answers come meanwhile.
    if (out.done.length === 0) await new Promise((done) => setTimeout(done, 20));
  }
  return out;
}

/** Audio from byte `received` on, and the messages at it and after it. */
async function send(socket: RawSocket, steps: readonly Step[], received: number, maybeCut: () => void): Promise<void> {
  let at = 0;
  for (const step of steps) {
    if (step instanceof Uint8Array) {
      const rest = step.subarray(Math.max(0, received - at));
      at += step.length;
      if (rest.length === 0) continue;
      socket.audio(rest);
    } else if (at >= received) socket.json(step);
    maybeCut();
    await new Promise((next) => setImmediate(next));
    if (socket.ended) return;
  }
}
