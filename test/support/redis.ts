import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { Redis } from 'ioredis';

export interface RedisServer {
  url: string;
  stop(): void;
  /** Lose all data. */
  forget(): Promise<void>;
}

/**
 * A real redis-server of one's own; skips the running test, saying so, where there is none.
 * @param keeps whether it writes its data to the disk
 */
export async function redisOrSkip(context: Mocha.Context, { keeps = true } = {}): Promise<RedisServer> {
  if (spawnSync('redis-server', ['--version']).status !== 0) {
    console.warn('      skipped: redis-server is not installed');
    return context.skip();
  }
  const port = await freePort();
  const directory = mkdtempSync(resolve(tmpdir(), 'hearken-redis-'));
  const server: ChildProcess = spawn('redis-server', [
    '--port',
    String(port),
    '--save',
    '',
    '--appendonly',
    keeps ? 'yes' : 'no',
    '--dir',
    directory,
  ]);
  await new Promise<void>((ready, fail) => {
    server.once('exit', () => fail(new Error('redis-server did not start')));
    server.stdout?.on('data', (text: Buffer) => text.includes('Ready to accept') && ready());
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    async forget() {
      const client = new Redis(port, '127.0.0.1');
      await client.flushall();
      client.disconnect();
    },
    stop: () => {
      server.kill();
      rmSync(directory, { recursive: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => found(port));
    });
  });
}
