import { HearkenError } from './errors.js';

/**
 * Refuse names that nothing looks at: a misspelt option would have no effect, and nobody would know.
 * @param known every name there is
 * @param where what the options belong to, for the message; empty for the options themselves
 * @throws OPTION_INVALID saying which name was likely meant
 */
export function refuseUnknown(given: unknown, known: readonly string[], where = ''): void {
  const prefix = where && `${where}: `;
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new HearkenError('OPTION_INVALID', `${prefix}${where ? 'an object' : 'options: an object'} is needed`);
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    const advice = meant ? `did you mean "${meant}"?` : `there are ${known.join(', ')}`;
    throw new HearkenError('OPTION_INVALID', `${prefix}there is no option "${name}"; ${advice}`);
  }
}

/** The name that takes the fewest changes of letters, where half of the letters or more stay. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.floor(Math.min(name.length, 40) / 2) + 1;
  for (const other of known) {
    const changes = distance(name.slice(0, 40).toLowerCase(), other.toLowerCase());
    if (changes >= least) continue;
    best = other;
    least = changes;
  }
  return best;
}

/** Letters inserted, deleted or replaced (Levenshtein 1966). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + Number(a[i - 1] !== b[j - 1])));
    row = next;
  }
  return row[b.length];
}
