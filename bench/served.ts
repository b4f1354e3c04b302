import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** `hearken serve` with one worker and no limits, in a process of its own. */
export async function serve(): Promise<{ port: number; pid: number; stop: () => Promise<void> }> {
  const flags = [
    'serve',
    '-p',
    '0',
    '-j',
    '1',
    '--log-level',
    'error',
    '--limit',
    'maxSessions=1000',
    '--limit',
    'maxSessionsPerClient=1000',
  ];
  const more = ['--limit', 'maxLoad=100', '--limit', 'requestsPerMinute=100000'];
  const child = spawn(process.execPath, [resolve(ROOT, 'dist/src/cli/main.js'), ...flags, ...more]);
  const port = await new Promise<number>((done, reject) => {
    let err = '';
    child.stderr.on('data', (data: Buffer) => {
      err += data.toString();
      const match = /listening on .*:(\d+)/.exec(err);
      if (match) done(Number(match[1]));
    });
    child.on('exit', () => reject(new Error(err)));
  });
  return {
    port,
    pid: child.pid as number,
    stop: () =>
      new Promise((done) => {
        child.on('exit', () => done());
        child.kill('SIGTERM');
      }),
  };
}

/** A figure of a server's /metrics. */
export async function metricsOf(port: number): Promise<(name: string) => number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return (name) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
}
