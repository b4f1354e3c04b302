import { FEATURES, features, hashOf, type SentenceSoFar, SLOTS } from './features.js';
import { Punctuator } from './punctuator.js';
import { MARKS, type Token } from './tokens.js';

const CLASSES = MARKS.length;
const RATE = 0.3;
/** Weights this small say nothing that a byte could hold for long. */
const LEAST = 0.1;
/** A spelling is taken when it is more than half of at least so many. */
const MIN_SEEN = 5;

export interface PunctuationFigures {
  words: number;
  /** Precision, recall and F1 by mark, and of any mark. */
  marks: Record<string, { precision: number; recall: number; f1: number }>;
  /** Share of words with the capitals they were written with. */
  capitals: number;
  /** Of words written with a capital inside a sentence, the share that has it. */
  names: number;
}

/**
 * Stretches as recognition hears them: most end where a sentence does, some in its middle.
 * @param random in [0, 1)
 */
export function* stretches(tokens: readonly Token[], random: () => number): Generator<Token[]> {
  let stretch: Token[] = [];
  for (const token of tokens) {
    stretch.push(token);
    if (random() >= (token.mark >= 2 ? 0.4 : 0.01) && stretch.length < 200) continue;
    yield stretch;
    stretch = [];
  }
  if (stretch.length > 0) yield stretch;
}

/** Weights by stochastic gradient with a rate a feature (AdaGrad), spellings by counting. */
export class PunctuationTrainer {
  #weights = new Float32Array(SLOTS * CLASSES);
  #squares = new Float32Array(SLOTS * CLASSES).fill(1);
  #forms = new Map<string, Map<string, number>>();
  #slots = new Int32Array(FEATURES);
  #scores = new Float64Array(CLASSES);

  learn(stretch: readonly Token[]): void {
    const hashes = Int32Array.from(stretch, (t) => hashOf(t.word));
    const sofar: SentenceSoFar = { begin: 0, afterMark: 0 };
    for (const [i, { word, form, mark }] of stretch.entries()) {
      features(hashes, i, sofar, this.#slots);
      this.#step(mark);
      if (form !== undefined && i !== sofar.begin) this.#count(word, form);
      if (mark > 0) sofar.afterMark = i + 1;
      if (mark >= 2) sofar.begin = i + 1;
    }
  }

  #step(mark: number): void {
    const scores = this.#scores.fill(0);
    for (const slot of this.#slots) for (let c = 0; c < CLASSES; c++) scores[c] += this.#weights[slot * CLASSES + c];
    const top = Math.max(...scores);
    let total = 0;
    for (let c = 0; c < CLASSES; c++) total += scores[c] = Math.exp(scores[c] - top);
    for (let c = 0; c < CLASSES; c++) {
      const gradient = scores[c] / total - (c === mark ? 1 : 0);
      for (const slot of this.#slots) {
        const k = slot * CLASSES + c;
        this.#squares[k] += gradient * gradient;
        this.#weights[k] -= (RATE * gradient) / Math.sqrt(this.#squares[k]);
      }
    }
  }

  #count(word: string, form: string): void {
    let seen = this.#forms.get(word);
    if (!seen) this.#forms.set(word, (seen = new Map()));
    seen.set(form, (seen.get(form) ?? 0) + 1);
  }

  result(): Punctuator {
    const forms = new Map<string, string>();
    for (const [word, seen] of this.#forms) {
      const total = [...seen.values()].reduce((a, b) => a + b, 0);
      const [form, count] = [...seen].reduce((a, b) => (b[1] > a[1] ? b : a));
      if (form !== word && total >= MIN_SEEN && 2 * count > total) forms.set(word, form);
    }
    const weights = this.#weights.map((w) => (Math.abs(w) < LEAST ? 0 : w));
    return Punctuator.of(weights, forms);
  }
}

export function evaluate(punctuator: Punctuator, held: Iterable<readonly Token[]>): PunctuationFigures {
  const right = new Float64Array(CLASSES + 1);
  const told = new Float64Array(CLASSES + 1);
  const truth = new Float64Array(CLASSES + 1);
  let words = 0;
  let spelled = 0;
  let capitals = 0;
  let names = 0;
  let namesRight = 0;
  const any = CLASSES;
  for (const stretch of held) {
    const guess = punctuator.punctuate(stretch.map((t) => t.word));
    words += stretch.length;
    let begins = true;
    for (const [i, { form, mark }] of stretch.entries()) {
      const marked = (MARKS as readonly string[]).indexOf(guess[i].mark);
      told[marked]++;
      truth[mark]++;
      if (marked === mark) right[mark]++;
      if (marked > 0) told[any]++;
      if (mark > 0) truth[any]++;
      if (marked > 0 && mark > 0) right[any]++;
      if (form !== undefined) {
        spelled++;
        if (form === guess[i].text) capitals++;
        if (!begins && /\p{Lu}/u.test(form) && !/^I('|$)/.test(form)) {
          names++;
          if (form === guess[i].text) namesRight++;
        }
      }
      begins = mark >= 2;
    }
  }
  const figures = (c: number): { precision: number; recall: number; f1: number } => {
    const [precision, recall] = [right[c] / told[c], right[c] / truth[c]];
    return { precision, recall, f1: (2 * precision * recall) / (precision + recall) };
  };
  return {
    words,
    marks: { ...Object.fromEntries(MARKS.slice(1).map((m, i) => [m, figures(i + 1)])), any: figures(any) },
    capitals: capitals / spelled,
    names: namesRight / names,
  };
}
