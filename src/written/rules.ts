import { closure, concat, union, VectorFst } from '../fst/index.js';

/** Symbols of the rules: spoken words and written pieces, each with a label. Label 0 is nothing, 1 any word no rule knows. */
export const OTHER_WORD = 1;
/** Written around what a rule has rewritten. */
export const SPAN_BEGIN = 2;
export const SPAN_END = 3;

export class Symbols {
  #labels = new Map<string, number>();
  #names = ['', '', '', ''];

  /** The label of a word or piece, made where it is new. */
  of(name: string): number {
    let label = this.#labels.get(name);
    if (label === undefined) {
      label = this.#names.push(name) - 1;
      this.#labels.set(name, label);
    }
    return label;
  }

  find(name: string): number {
    return this.#labels.get(name) ?? OTHER_WORD;
  }

  name(label: number): string {
    return this.#names[label];
  }

  get size(): number {
    return this.#names.length;
  }
}

const UNITS = 'one two three four five six seven eight nine'.split(' ');
const TEENS = 'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const ORDINAL_UNITS = 'first second third fourth fifth sixth seventh eighth ninth'.split(' ');
const ORDINAL_TEENS =
  'tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth'.split(' ');
const ORDINAL_TENS = 'twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth'.split(' ');
const MONTHS = 'january february march april may june july august september october november december'.split(' ');
const UNITS_OF_MEASURE: [spoken: string, written: string][] = [
  ['kilometers', 'km'],
  ['kilometres', 'km'],
  ['meters', 'm'],
  ['metres', 'm'],
  ['centimeters', 'cm'],
  ['millimeters', 'mm'],
  ['miles', 'mi'],
  ['kilograms', 'kg'],
  ['kilos', 'kg'],
  ['grams', 'g'],
  ['liters', 'l'],
  ['litres', 'l'],
  ['megabytes', 'MB'],
  ['gigabytes', 'GB'],
  ['degrees', '°'],
];

const capital = (word: string): string => word[0].toUpperCase() + word.slice(1);

/**
 * How English is written down: a transducer from spoken words to written pieces that takes any words, and rewrites numbers,
 * ordinals, years, dates, times, money, shares, measures and digits read out. A word left as it is costs 1, a rule 0.9, so
 * that the shortest path uses as few and as long rules as there are (Ebden and Sproat 2015 work so, with more rules).
 */
export function writtenRules(symbols: Symbols): VectorFst {
  /** Words in, pieces out. */
  const say = (spoken: string, written: string): VectorFst => {
    const fst = new VectorFst();
    const words = spoken
      .split(' ')
      .filter(Boolean)
      .map((w) => symbols.of(w));
    const pieces = written === '' ? [] : [symbols.of(written)];
    fst.start = fst.addState();
    for (let i = 0; i < Math.max(words.length, pieces.length); i++)
      fst.addArc(i, words[i] ?? 0, pieces[i] ?? 0, 0, fst.addState());
    fst.setFinal(fst.numStates - 1);
    return fst;
  };
  const any = (...all: VectorFst[]): VectorFst => all.reduce((a, b) => union(a, b));
  const all = (...parts: VectorFst[]): VectorFst => parts.reduce((a, b) => concat(a, b));
  const maybe = (fst: VectorFst): VectorFst => any(fst, say('', ''));
  const table = (words: readonly string[], written: (i: number) => string): VectorFst =>
    any(...words.map((w, i) => say(w, written(i))));

  const unit = table(UNITS, (i) => String(i + 1));
  const teen = table(TEENS, (i) => String(i + 10));
  const ten = table(TENS, (i) => String(i + 2));
  const tensAndUnits = all(ten, any(unit, say('', '0')));
  /** 10 to 99, and 1 to 99 in two digits. */
  const twoDigits = any(teen, tensAndUnits);
  const padded = any(all(say('', '0'), unit), twoDigits);
  const and = maybe(say('and', ''));
  const hundreds = all(any(unit, teen), say('hundred', ''), any(all(and, padded), say('', '00')));
  /** 1 to 999 in three digits. */
  const threeDigits = any(
    all(unit, say('hundred', ''), any(all(and, padded), say('', '00'))),
    all(say('', '0'), padded),
  );
  const group = (name: string): VectorFst =>
    all(any(hundreds, twoDigits, unit), say(name, ''), say('', ','), any(all(and, threeDigits), say('', '000')));
  const million = all(
    any(hundreds, twoDigits, unit),
    say('million', ''),
    say('', ','),
    any(
      all(threeDigits, say('thousand', ''), say('', ','), any(all(and, threeDigits), say('', '000'))),
      all(say('', '000'), say('', ','), and, threeDigits),
      all(say('', '000'), say('', ','), say('', '000')),
    ),
  );
  /** Numbers that are written in digits wherever they stand, and with those that are only beside something counted. */
  const large = any(twoDigits, hundreds, group('thousand'), million);
  const number = any(large, unit, say('zero', '0'));
  const digit = any(unit, say('zero', '0'), say('oh', '0'));
  const decimal = all(number, say('point', '.'), closure(digit, 'plus'));
  const amount = any(decimal, number);

  const suffix = (n: number): string =>
    n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  const ordinalUnit = table(ORDINAL_UNITS, (i) => `${i + 1}${suffix(i + 1)}`);
  const ordinal = any(
    table(ORDINAL_TEENS, (i) => `${i + 10}th`),
    table(ORDINAL_TENS, (i) => `${i + 2}0th`),
    all(ten, ordinalUnit),
  );
  const day = any(
    table(ORDINAL_UNITS, (i) => String(i + 1)),
    table(ORDINAL_TEENS, (i) => String(i + 10)),
    say('twentieth', '20'),
    say('thirtieth', '30'),
    all(
      say('twenty', '2'),
      table(ORDINAL_UNITS, (i) => String(i + 1)),
    ),
    say('thirty first', '31'),
  );
  const century = any(
    table(TEENS, (i) => String(i + 10)),
    say('twenty', '20'),
  );
  const year = any(
    all(century, any(twoDigits, all(say('oh', '0'), unit))),
    all(say('two thousand', '20'), and, padded),
    all(century, say('hundred', '00')),
  );
  const date = all(
    table(MONTHS, (i) => capital(MONTHS[i])),
    say('', ' '),
    day,
    maybe(all(say('', ', '), year)),
  );
  const hour = any(unit, say('ten', '10'), say('eleven', '11'), say('twelve', '12'));
  const halfOfDay = any(say('a m', ' a.m.'), say('p m', ' p.m.'), say('am', ' a.m.'), say('pm', ' p.m.'));
  const minutes = any(all(say('', ':'), twoDigits), all(say('oh', ':0'), unit));
  const time = any(all(hour, maybe(minutes), halfOfDay), all(hour, say("o'clock", " o'clock")));
  const money = any(
    all(
      say('', '$'),
      amount,
      any(say('dollars', ''), say('dollar', '')),
      maybe(all(and, say('', '.'), padded, any(say('cents', ''), say('cent', '')))),
    ),
    all(say('', '£'), amount, say('pounds', '')),
    all(say('', '€'), amount, any(say('euros', ''), say('euro', ''))),
  );
  const share = all(amount, any(say('percent', '%'), say('per cent', '%')));
  const measure = all(amount, any(...UNITS_OF_MEASURE.map(([s, w]) => say(s, w === '°' ? w : ` ${w}`))));
  const readOut = all(digit, digit, closure(digit, 'plus'));

  const rule = any(large, decimal, ordinal, year, date, time, money, share, measure, readOut);
  return closure(any(all(mark(SPAN_BEGIN, 0.9), rule, mark(SPAN_END, 0)), plain(symbols)), 'star');
}

/** Nothing in, a mark out. */
function mark(label: number, cost: number): VectorFst {
  const fst = new VectorFst();
  fst.start = fst.addState();
  fst.addArc(0, 0, label, cost, fst.addState());
  fst.setFinal(1);
  return fst;
}

/** Any one word as it is. */
function plain(symbols: Symbols): VectorFst {
  const fst = new VectorFst();
  fst.start = fst.addState();
  const end = fst.addState();
  fst.addArc(0, OTHER_WORD, OTHER_WORD, 1, end);
  for (let label = SPAN_END + 1; label < symbols.size; label++) fst.addArc(0, label, label, 1, end);
  fst.setFinal(end);
  return fst;
}
