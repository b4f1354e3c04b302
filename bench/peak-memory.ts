import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Ran {
  out: string;
  seconds: number;
  /** Highest resident set seen, MB (Linux). */
  megabytes: number;
}

/** Run a program to its end, watching its memory. @throws where it fails */
export async function watched(command: string, args: readonly string[]): Promise<Ran> {
  const began = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err, most] = ['', '', 0];
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  const look = (): void => {
    try {
      most = Math.max(most, Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0));
    } catch {} // it has ended
  };
  const watch = setInterval(look, 20);
  const code = await new Promise((ended) => child.once('close', ended));
  clearInterval(watch);
  if (code !== 0) throw new Error(`${command}: ${err.slice(-1000)}`);
  return { out, seconds: (performance.now() - began) / 1000, megabytes: most / 1024 };
}
