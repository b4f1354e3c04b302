import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { glob } from 'tinyglobby';
import { HearkenError } from '../errors.js';

/** What a directory is searched for. */
const EXTENSIONS = 'wav wave rf64 aif aiff aifc au snd sph nist flac mp3 ogg oga opus webm mkv mp4 m4a aac'.split(' ');

const depth = (path: string): number => path.split('/').length;

/**
 * Paths of the recordings below a directory, sorted. Links are followed, and a folder that they lead to by several ways, a link to
 * itself for instance, is searched once.
 * @param tell what was passed over
 * @throws INPUT_NOT_FOUND
 */
export async function searchDirectory(directory: string, tell: (message: string) => void): Promise<string[]> {
  // The search passes over directories it may not read; one that was named is an error.
  await readdir(directory).catch((cause) => {
    throw new HearkenError('INPUT_NOT_FOUND', `cannot read directory ${directory}: ${(cause as Error).message}`, {
      cause,
    });
  });
  const patterns = EXTENSIONS.map((e) => `**/*.${e}`);
  const all = await glob(patterns, { cwd: directory, absolute: true, caseSensitiveMatch: false, dot: true });
  const seen = new Set<string>();
  let hidden = 0;
  const found: string[] = [];
  // The shortest way to a folder is its own.
  for (const path of all.sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1))) {
    const place = join(await realpath(dirname(path)).catch(() => dirname(path)), basename(path));
    if (seen.has(place)) continue;
    seen.add(place);
    if (/(^|\/)\.[^./]/.test(relative(directory, path))) hidden++;
    else found.push(path);
  }
  if (hidden > 0) tell(`${hidden} hidden recording${hidden > 1 ? 's' : ''} in ${directory} passed over`);
  if (found.length === 0) throw new HearkenError('INPUT_NOT_FOUND', `${directory} holds no recordings`);
  return found.sort();
}
