import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { ROOT } from './shared.js';

export const MAIN = resolve(ROOT, 'dist/src/cli/main.js');

/** Run the command line to its end. */
export function hearken(...args: string[]): { out: string; err: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
  return { out: stdout, err: stderr, status };
}
