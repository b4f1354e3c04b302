import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { delimiter, dirname, resolve } from 'node:path';
import { HearkenError } from '../errors.js';

/** Packages that come with Hearken. */
const SHIPPED = resolve(import.meta.dirname, '../../../models');

/** Where `hearken import` and `hearken models pull` put packages: the XDG data directory, or Windows' and macOS's like it. */
export function userModels(env: NodeJS.ProcessEnv = process.env): string {
  const base = env.XDG_DATA_HOME ?? env.LOCALAPPDATA ?? resolve(homedir(), '.local/share');
  return resolve(base, 'hearken/models');
}

/** Directories in which packages are looked for by name, in order. */
function modelDirectories(env: NodeJS.ProcessEnv): string[] {
  return [...(env.HEARKEN_MODELS ?? '').split(delimiter).filter(Boolean), userModels(env), SHIPPED];
}

/** Directory of an installed npm package `@hearken/NAME`. */
function installed(name: string): string | undefined {
  try {
    return dirname(createRequire(resolve('package.json')).resolve(`@hearken/${name}/card.json`));
  } catch {
    return undefined;
  }
}

const isPackage = (directory: string): boolean => existsSync(resolve(directory, 'card.json'));

/**
 * Directory of a model: a path where there is one, else a package of that name in a directory of HEARKEN_MODELS, in the user's
 * data directory, among those that come with Hearken, or installed as `@hearken/NAME`. Nothing is downloaded.
 * @throws MODEL_NOT_FOUND saying where it was looked for
 */
export function findModel(model: string, env: NodeJS.ProcessEnv = process.env): string {
  if (existsSync(model)) return resolve(model);
  const directories = modelDirectories(env);
  if (/^[\w][\w.-]*$/.test(model)) {
    const found = directories.map((d) => resolve(d, model)).find(isPackage) ?? installed(model);
    if (found) return found;
  }
  throw new HearkenError(
    'MODEL_NOT_FOUND',
    `no model "${model}": neither a path nor a package in ${directories.join(', ')}, nor is @hearken/${model} installed`,
  );
}

/** The package that is used where none is named: that of the variable HEARKEN_MODEL, by path or name, or the shipped accurate one. */
export const DEFAULT_MODEL = process.env.HEARKEN_MODEL || resolve(SHIPPED, 'en');
