import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export interface Ran {
  out: string;
  seconds: number;
  /** Highest resident set seen, MB (Linux). */
  megabytes: number;
  /** Resident set, MB, by the seconds since the start. */
  memory: { seconds: number; megabytes: number }[];
}

const MAIN = resolve(import.meta.dirname, '../src/cli/main.js');
const LOOK_MS = 20;
/** Looks between two that are kept. */
const KEPT = 50;

/** Run a program to its end, watching its memory. @throws where it fails */
export async function watched(command: string, args: readonly string[]): Promise<Ran> {
  const began = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err, most, looks] = ['', '', 0, 0];
  const memory: Ran['memory'] = [];
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  const look = (): void => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      const megabytes = (field: string): number =>
        Number(new RegExp(`${field}:\\s*(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
      most = Math.max(most, megabytes('VmHWM'));
      if (looks++ % KEPT === 0)
        memory.push({ seconds: (performance.now() - began) / 1000, megabytes: megabytes('VmRSS') });
    } catch {} // it has ended
  };
  const watch = setInterval(look, LOOK_MS);
  const code = await new Promise((ended) => child.once('close', ended));
  clearInterval(watch);
  if (code !== 0) throw new Error(`${command}: ${err.slice(-1000)}`);
  return { out, seconds: (performance.now() - began) / 1000, megabytes: most, memory };
}

/** The same of our command line. */
export const watchedHearken = (...args: readonly string[]): Promise<Ran> => watched(process.execPath, [MAIN, ...args]);
