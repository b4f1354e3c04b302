/** English words that many do not want to see in captions: stems, and endings they take. */
const STEMS =
  'fuck motherfuck shit bullshit horseshit cunt cock cocksuck dick dickhead pussy bitch bastard whore slut ass asshole arsehole wank twat bollock prick piss nigger nigga faggot fag retard goddam goddamn jerkoff dildo blowjob'.split(
    ' ',
  );
const ENDINGS = [
  '',
  's',
  'es',
  "'s",
  'ed',
  'er',
  'ers',
  'ing',
  "in'",
  'in',
  'y',
  'ty',
  'tier',
  'hole',
  'holes',
  'face',
  'head',
];
const WORDS = new Set(STEMS.flatMap((stem) => ENDINGS.map((ending) => stem + ending)));
/** Words that a stem and an ending happen to make. */
for (const word of [
  'asses',
  'assed',
  'asser',
  'assing',
  'assin',
  'cocked',
  'cocker',
  'cocking',
  'cocky',
  'pricked',
  'pricking',
  'fager',
  'bastardes',
])
  WORDS.delete(word);

/** A profane word as its first letter and asterisks; others as they are. */
export const masked = (word: string): string =>
  WORDS.has(word.toLowerCase()) ? word[0] + '*'.repeat(word.length - 1) : word;
