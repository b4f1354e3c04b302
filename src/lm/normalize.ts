const ONES =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = ['', '', ...'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')];
const SCALES: [number, string][] = [
  [1e9, 'billion'],
  [1e6, 'million'],
  [1000, 'thousand'],
  [100, 'hundred'],
];

/** A whole number below 10^12 in words. */
export function numberWords(n: number): string {
  if (n < 20) return ONES[n];
  if (n < 100) return TENS[Math.floor(n / 10)] + (n % 10 ? ` ${ONES[n % 10]}` : '');
  for (const [size, name] of SCALES) {
    if (n >= size) return `${numberWords(Math.floor(n / size))} ${name}${n % size ? ` ${numberWords(n % size)}` : ''}`;
  }
  return '';
}

/** Years and other four-digit numbers are said by pairs: nineteen eighty four. */
function spokenNumber(digits: string): string {
  const n = Number(digits);
  if (digits.length === 4 && n >= 1100 && n < 2000 && n % 100 !== 0) {
    return `${numberWords(Math.floor(n / 100))} ${n % 100 < 10 ? 'oh ' : ''}${numberWords(n % 100)}`;
  }
  if (digits.length > 12 || (digits.length > 1 && digits[0] === '0'))
    return Array.from(digits, (d) => ONES[Number(d)]).join(' ');
  return numberWords(n);
}

const ABBREVIATIONS: Record<string, string> = {
  'mr.': 'mister',
  'mrs.': 'missus',
  'dr.': 'doctor',
  'st.': 'saint',
  'etc.': 'et cetera',
  '%': ' percent',
  '&': ' and ',
};

/** Written text to the lower-case words a speaker would say; sentences are split at . ! ? and line ends. */
export function sentences(line: string): string[][] {
  const text = line
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[‘’`]/g, "'")
    .toLowerCase()
    .replace(/\b(?:mrs?|dr|st|etc)\.|[%&]/g, (m) => ABBREVIATIONS[m] ?? m)
    .replace(/(\d),(?=\d{3})/g, '$1')
    .replace(/\$(\d{1,12})/g, (_, d: string) => ` ${numberWords(Number(d))} dollars `)
    .replace(/\d+/g, (d) => ` ${spokenNumber(d)} `);
  const out: string[][] = [];
  for (const sentence of text.split(/[.!?]+(?=\s|$)|[;:]\s|["“”()[\]]/)) {
    const words = sentence
      .split(/[\s\-–—/,]+/)
      .map((w) => w.replace(/[^a-z']/g, '').replace(/^'+(?!(?:em|til|tis|twas|bout|cause)$)|'+$/g, ''))
      .filter((w) => w !== '');
    if (words.length > 0) out.push(words);
  }
  return out;
}
