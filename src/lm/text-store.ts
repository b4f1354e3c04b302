import { BEGIN, END, UNKNOWN } from './ngram-counts.js';
import { sentences } from './normalize.js';
import { SpillFile } from './spill-file.js';

/** Words held in memory before they go to disk: 16 MB. */
const CAPACITY = 1 << 22;
const SENTENCE_END = 0;

/** Words of a text, as numbers, in bounded memory: what is long goes to a temporary file. */
export class TextStore {
  #ids = new Map<string, number>([['\n', SENTENCE_END]]);
  #names: string[] = ['\n'];
  #counts: number[] = [0];
  #held: Uint32Array;
  #size = 0;
  #file: SpillFile | undefined;
  /** Sentences left out because `exclude` holds them. */
  excluded = 0;
  sentences = 0;
  words = 0;

  constructor(
    private readonly exclude: ReadonlySet<string> = new Set(),
    capacity = CAPACITY,
  ) {
    this.#held = new Uint32Array(capacity);
  }

  /** A line of written text. */
  addLine(line: string): void {
    for (const words of sentences(line)) {
      if (this.exclude.has(words.join(' '))) {
        this.excluded++;
        continue;
      }
      this.sentences++;
      this.words += words.length;
      for (const w of words) this.#push(w);
      this.#push('\n');
    }
  }

  #push(word: string): void {
    let id = this.#ids.get(word);
    if (id === undefined) {
      id = this.#names.push(word) - 1;
      this.#ids.set(word, id);
      this.#counts.push(0);
    }
    this.#counts[id]++;
    if (this.#size === this.#held.length) {
      (this.#file ??= new SpillFile()).append(this.#held);
      this.#size = 0;
    }
    this.#held[this.#size++] = id;
  }

  /** Words by falling frequency. */
  frequencies(): [string, number][] {
    return this.#names
      .map((name, i): [string, number] => [name, this.#counts[i]])
      .slice(SENTENCE_END + 1)
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  }

  /** The share of each word in the text. */
  shares(): Map<string, number> {
    return new Map(this.frequencies().map(([word, count]) => [word, count / this.words]));
  }

  /** The text as ids of `vocabulary`, with sentence ends and UNKNOWN, in pieces; can be gone through again. */
  tokens(vocabulary: ReadonlyMap<string, number>): Iterable<Uint32Array> {
    const map = Uint32Array.from(this.#names, (n) => vocabulary.get(n) ?? UNKNOWN);
    return { [Symbol.iterator]: () => this.#pieces(map) };
  }

  *#pieces(map: Uint32Array): Generator<Uint32Array> {
    let begins = true;
    const out = new Uint32Array(2 * this.#held.length);
    const converted = (ids: Uint32Array): Uint32Array => {
      let at = 0;
      for (const id of ids) {
        if (begins) out[at++] = BEGIN;
        begins = id === SENTENCE_END;
        out[at++] = begins ? END : map[id];
      }
      return out.subarray(0, at);
    };
    if (this.#file) {
      const piece = new Uint32Array(this.#held.length);
      for (let at = 0; at < this.#file.size; at += piece.byteLength) {
        this.#file.read(piece, at);
        yield converted(piece);
      }
    }
    yield converted(this.#held.subarray(0, this.#size));
  }
}
