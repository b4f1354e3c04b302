import type { RawData, WebSocket } from 'ws';

/**
 * Work off a socket's messages one after another: answers keep their order, and the client waits while the worker is behind,
 * since nothing more is read from the socket.
 */
export function handleInOrder(
  socket: WebSocket,
  handle: (data: RawData, binary: boolean) => Promise<void>,
  fail: (error: unknown) => void,
): void {
  let queue = Promise.resolve();
  socket.on('message', (data, binary) => {
    socket.pause();
    queue = queue
      .then(() => handle(data, binary))
      .catch(fail)
      .then(() => socket.resume());
  });
  socket.on('error', () => socket.terminate());
}
