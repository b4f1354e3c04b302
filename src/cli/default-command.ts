import { existsSync } from 'node:fs';

/** Options that stand before a command. */
const GLOBAL = ['--debug', '--help', '-h', '--version', '-V'];

/**
 * `hearken FILE…` is `hearken transcribe FILE…`. A word that is neither a command nor looks like a file stays what it is: a
 * command misspelt, which gets a better answer than a file that is missing.
 * @param args without Node and the program
 */
export function withCommand(args: readonly string[], commands: readonly string[]): string[] {
  const at = args.findIndex((arg) => !GLOBAL.includes(arg));
  const first = args[at];
  if (at < 0 || first === 'help' || commands.includes(first) || !isInput(first)) return [...args];
  return [...args.slice(0, at), 'transcribe', ...args.slice(at)];
}

/** An option of `transcribe`, standard input, or a path: there, or with a mark that no command has. */
const isInput = (arg: string): boolean => arg.startsWith('-') || /[./\\*?]/.test(arg) || existsSync(arg);
