/** Spoken words as people write them: inverse text normalization for English. */
import { compose, connect, removeEpsilon, shortestPath, VectorFst } from '../fst/index.js';
import { OTHER_WORD, SPAN_BEGIN, SPAN_END, Symbols, writtenRules } from './rules.js';

export { masked } from './profanity.js';

/** A piece of written text and the words it stands for: [begin, end). */
export interface Written {
  text: string;
  begin: number;
  end: number;
}

const symbols = new Symbols();
let rules: VectorFst | undefined;

/** Words as they are written: most as they are, one piece each; numbers and what is made of them as one piece for all. */
export function written(words: readonly string[]): Written[] {
  if (words.length === 0) return [];
  rules ??= removeEpsilon(connect(writtenRules(symbols)));
  if (words.every((w) => symbols.find(w.toLowerCase()) === OTHER_WORD))
    return words.map((text, i) => ({ text, begin: i, end: i + 1 }));
  const line = new VectorFst();
  line.start = line.addState();
  for (const [i, word] of words.entries()) {
    const label = symbols.find(word.toLowerCase());
    line.addArc(i, label, label, 0, line.addState());
  }
  line.setFinal(words.length);
  const best = shortestPath(compose(line, rules));
  const out: Written[] = [];
  let at = 0;
  let span: Written | undefined;
  for (let s = best.start; s >= 0 && best.arcs(s).length > 0; ) {
    const { ilabel, olabel, next } = best.arcs(s)[0];
    const from = at;
    if (ilabel !== 0) at++;
    if (olabel === SPAN_BEGIN) span = { text: '', begin: at, end: at };
    else if (olabel === SPAN_END && span) {
      out.push({ ...span, end: at });
      span = undefined;
    } else if (span) span.text += symbols.name(olabel);
    else if (ilabel !== 0) out.push({ text: words[from], begin: from, end: at });
    s = next;
  }
  return out.map((w) => ({ ...w, text: grouped(w.text) }));
}

/** Seven or ten digits read out are a telephone number; numbers of four digits have no comma. */
function grouped(text: string): string {
  if (/^\d{10}$/.test(text)) return `${text.slice(0, 3)}-${text.slice(3, 6)}-${text.slice(6)}`;
  if (/^\d{7}$/.test(text)) return `${text.slice(0, 3)}-${text.slice(3)}`;
  return text.replace(/(^|\D)(\d),(\d{3})(?![\d,])/g, '$1$2$3');
}
