import { dictionary } from 'cmu-pronouncing-dictionary';
import type { SpelledWord } from './letter-alignment.js';

/** Every pronunciation of CMUdict (its npm package), stress dropped. */
export function* cmudict(): Generator<SpelledWord> {
  for (const [key, value] of Object.entries(dictionary)) {
    const phones = value.split('#')[0].replace(/\d/g, '').trim().split(/\s+/);
    yield { word: key.replace(/\(\d+\)$/, ''), phones };
  }
}
