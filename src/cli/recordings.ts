import { toHearkenError } from '../errors.js';
import type { Input } from './inputs.js';
import type { Progress } from './progress.js';

/**
 * Go through recordings, `atOnce` at a time. One that fails is told of and makes the exit code 1; the others go on.
 * @param run gives the seconds of audio in it
 */
export async function eachRecording<T extends Input>(
  inputs: readonly T[],
  atOnce: number,
  progress: Progress,
  run: (input: T, index: number) => Promise<number>,
): Promise<void> {
  let next = 0;
  const loop = async (): Promise<void> => {
    for (let i = next++; i < inputs.length; i = next++) {
      const input = inputs[i];
      try {
        progress.step(input.name, await run(input, i), false);
      } catch (error) {
        const { code, message } = toHearkenError(error, 'INTERNAL');
        process.exitCode = 1;
        complain(progress, input, `${message} [${code}]`);
        progress.step(input.name, 0, true);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, loop));
  progress.clear();
}

export function complain(progress: Progress, input: Input, message: string): void {
  progress.clear();
  process.stderr.write(`hearken: ${input.path}: ${message}\n`);
}
