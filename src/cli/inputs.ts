import { stat } from 'node:fs/promises';
import { basename, extname, relative } from 'node:path';
import { glob } from 'tinyglobby';
import { HearkenError } from '../errors.js';
import { searchDirectory } from './search-directory.js';

export interface Input {
  /** Path, or `-` for standard input. */
  path: string;
  /** Name of its outputs, without extension: its path below the directory that was named. */
  name: string;
}

const withoutExtension = (path: string): string => path.slice(0, path.length - extname(path).length);

/** Files of the arguments: files as named, directories searched for recordings, patterns expanded. @throws INPUT_NOT_FOUND */
export async function expandInputs(args: readonly string[]): Promise<Input[]> {
  const out: Input[] = [];
  for (const arg of args) {
    if (arg === '-') {
      out.push({ path: '-', name: 'stdin' });
      continue;
    }
    const info = await stat(arg).catch(() => undefined);
    if (info?.isDirectory()) {
      for (const path of await searchDirectory(arg, (m) => process.stderr.write(`hearken: ${m}\n`)))
        out.push({ path, name: withoutExtension(relative(arg, path)) });
    } else if (!info && /[*?[{]/.test(arg)) {
      const found = await glob(arg, { absolute: false });
      if (found.length === 0) throw new HearkenError('INPUT_NOT_FOUND', `nothing matches ${arg}`);
      for (const path of found.sort()) out.push({ path, name: withoutExtension(basename(path)) });
    } else {
      // A missing file is reported with the others' results, not here.
      out.push({ path: arg, name: withoutExtension(basename(arg)) });
    }
  }
  return uniqueNames(out);
}

/** Outputs must not overwrite each other: a.wav and a.mp3 keep their extensions. */
function uniqueNames(inputs: Input[]): Input[] {
  const counts = new Map<string, number>();
  for (const { name } of inputs) counts.set(name, (counts.get(name) ?? 0) + 1);
  const seen = new Map<string, number>();
  return inputs.map((input) => {
    if (counts.get(input.name) === 1) return input;
    const name = `${input.name}${extname(input.path)}`;
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return { ...input, name: before === 0 ? name : `${name}-${before + 1}` };
  });
}
