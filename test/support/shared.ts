import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** The repository's root, from dist/test/support. */
export const ROOT = resolve(import.meta.dirname, '../../..');
export const DATA = resolve(ROOT, 'test/data');
/** Material beside the checkout that tests may use but never need. */
export const SHARED = resolve(ROOT, '../shared');

/** Path under `../shared`; skips the running test, saying so, where it is absent. */
export function sharedOrSkip(context: Mocha.Context, path: string): string {
  const full = resolve(SHARED, path);
  if (!existsSync(full)) {
    console.warn(`      skipped: ${full} is absent`);
    context.skip();
  }
  return full;
}
