import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ZodError } from 'zod';
import { startOf } from '../server/deepgram-protocol.js';
import { parseJson } from '../server/parse-json.js';
import { clientMessage } from '../server/stream-messages.js';
import { CONTROL } from '../server/vosk-protocol.js';
import { openAudio } from '../src/audio/index.js';
import { readSections, writeSections } from '../src/binary/sections.js';
import { HearkenError } from '../src/errors.js';
import {
  ConstFst,
  compactLattices,
  compileFst,
  LATTICE,
  parseSymbols,
  type RawLattice,
  rawLattices,
  readOpenFst,
  VectorFst,
  writeOpenFst,
} from '../src/fst/index.js';
import { ContextTable, grammarFst, parseJsgf, parseJulius, parseSrgs } from '../src/graph/index.js';
import { G2p, Lexicon, PHONES } from '../src/lexicon/index.js';
import { PieceSpelling } from '../src/lexicon/piece-spelling.js';
import { sentencePieceTokenizer } from '../src/lexicon/sentencepiece.js';
import { tokenizerOfJson } from '../src/lexicon/tokenizer-json.js';
import { readTokens, readVocabulary } from '../src/lexicon/tokens.js';
import { BEGIN, countNgrams, END, kneserNey, modelOfArpa, NgramLm, sentences } from '../src/lm/index.js';
import { parseCard } from '../src/package/index.js';
import { onnxMetadata } from '../src/package/onnx-metadata.js';
import { tokensOf } from '../src/punctuation/index.js';
import { checkPhrases } from '../src/recognizer/phrases.js';
import { written } from '../src/written/index.js';
import { writeOnnx } from '../test/support/onnx-writer.js';

const ROOT = resolve(import.meta.dirname, '../..');

/** Something that takes input from outside, and well-formed inputs to begin with. */
export interface Target {
  name: string;
  seeds: Uint8Array[];
  /** Longest input tried. */
  most: number;
  run(input: Uint8Array): void | Promise<void>;
}

/** A label of any word; few have the same. */
const labelOf = (word: string): number => Buffer.from(word).reduce((n, byte) => (31 * n + byte) % 9973, 0) + 4;

const text = (...samples: string[]): Uint8Array[] => samples.map((s) => Buffer.from(s));
const file = (path: string): Uint8Array => Uint8Array.from(readFileSync(resolve(ROOT, path)));
const utf8 = (input: Uint8Array): string => Buffer.from(input).toString();

function smallFst(): VectorFst {
  const fst = new VectorFst();
  for (let s = 0; s < 4; s++) fst.addState();
  fst.start = 0;
  fst.addArc(0, 1, 2, 0.5, 1);
  fst.addArc(1, 0, 3, 1, 2);
  fst.addArc(1, 2, 0, 0.25, 3);
  fst.setFinal(3, 0.125);
  return fst;
}

function smallLattice(): RawLattice {
  const lattice: RawLattice = new VectorFst(LATTICE);
  lattice.reserve(2);
  lattice.start = 0;
  lattice.addArc(0, 3, 3, [1.5, 2], 1);
  lattice.setFinal(1, [0.5, 0]);
  return lattice;
}

function smallLm(): NgramLm {
  const tokens = Uint32Array.from([BEGIN, 3, 4, 3, END, BEGIN, 4, 5, END]);
  return NgramLm.fromBackoff(kneserNey(countNgrams([tokens], 6, 3)));
}

const smallG2p = (): G2p =>
  G2p.train(
    [
      { word: 'cab', phones: ['K', 'AE', 'B'] },
      { word: 'abbey', phones: ['AE', 'B', 'IY'] },
      { word: 'baby', phones: ['B', 'EY', 'B', 'IY'] },
    ],
    { order: 3, prune: 0 },
  );

const recordings = readdirSync(resolve(ROOT, 'test/data'))
  .filter((f) => /\.(wav|aiff|aifc|au|sph|flac|mp3|ogg|webm)$/.test(f))
  .map((f) => file(`test/data/${f}`).subarray(0, 6000));

export const TARGETS: Target[] = [
  {
    name: 'audio',
    seeds: recordings,
    most: 8000,
    async run(input) {
      const { chunks } = await openAudio(input);
      for await (const planes of chunks) if (planes.length === 0) throw new Error('a chunk without channels');
    },
  },
  {
    name: 'jsgf',
    seeds: text(
      '#JSGF V1.0;\ngrammar a;\npublic <a> = [please] (/3/ on | off {tag}) <b>* ;\n<b> = "living room" | kitchen+ | <NULL>;',
      'public <x> = a | (b [c] d)+ e;',
    ),
    most: 2000,
    run: (input) => void grammarFst(parseJsgf(utf8(input)), labelOf),
  },
  {
    name: 'srgs',
    seeds: text(
      '<grammar root="a"><rule id="a"><item repeat="0-2">very</item><one-of><item weight="2">x</item><item><ruleref uri="#b"/></item></one-of></rule><rule id="b">y<tag>t</tag></rule></grammar>',
    ),
    most: 2000,
    run: (input) => void grammarFst(parseSrgs(utf8(input)), labelOf),
  },
  {
    name: 'julius',
    seeds: text(
      'S : B X E\nX : F\nX : F P\n\0% B\n<s> sil\n% E\n</s> sil\n% F\napple ae p ah l\n% P\nplease p l iy z\n',
    ),
    most: 2000,
    run(input) {
      const [grammar, voca = ''] = utf8(input).split('\0');
      grammarFst(parseJulius(grammar, voca, PHONES), labelOf);
    },
  },
  {
    name: 'arpa',
    seeds: text(
      '\\data\\\nngram 1=4\nngram 2=2\n\n\\1-grams:\n-1\t<s>\t-0.3\n-1\t</s>\n-0.5\ta\t-0.2\n-0.7\tb\n\n\\2-grams:\n-0.3\t<s> a\n-0.2\ta </s>\n\n\\end\\\n',
    ),
    most: 3000,
    run: (input) => void modelOfArpa(utf8(input).split('\n')),
  },
  {
    name: 'openfst binary',
    seeds: [writeOpenFst({ fst: smallFst() })],
    most: 3000,
    run: (input) => void readOpenFst(input),
  },
  {
    name: 'openfst text',
    seeds: text('0\t1\t1\t2\t0.5\n1\t2\t0\t3\n2\t0.25\n', 'eps\t0\na\t1\nb\t2\n'),
    most: 2000,
    run(input) {
      compileFst(utf8(input));
      parseSymbols(utf8(input));
    },
  },
  {
    name: 'kaldi lattices',
    seeds: [
      Buffer.from('utt \n0\t1\t3\t3\t1.5,2\n1\t0.5,0\n\nother \n0\t1\t4\t0\n1\n\n'),
      rawLattices.binary([{ key: 'utt', lattice: smallLattice() }]),
      Buffer.from('utt \n0\t1\t3\t1.5,2,7_8\n1\t0.5,0,\n\n'),
    ],
    most: 2000,
    run(input) {
      for (const form of [rawLattices, compactLattices]) {
        try {
          form.read(input);
        } catch (error) {
          if (!isAnswer(error)) throw error;
        }
      }
    },
  },
  {
    name: 'sections',
    seeds: [writeSections(ConstFst.fromVector(smallFst()).toSections())],
    most: 3000,
    run: (input) => void new ConstFst(readSections(input, ConstFst.KIND, 'input')),
  },
  {
    name: 'language model',
    seeds: [writeSections(smallLm().toSections())],
    most: 3000,
    run(input) {
      const lm = new NgramLm(readSections(input, NgramLm.KIND, 'input'));
      // No walk may leave the arrays or never end.
      for (let state = lm.start, n = 0; n < 200; n++) {
        lm.step(state, n % lm.vocabulary);
        state = lm.next;
        lm.finalCost(state);
      }
    },
  },
  {
    name: 'g2p',
    seeds: [writeSections(smallG2p().toSections())],
    most: 3000,
    run: (input) => void G2p.fromSections(readSections(input, G2p.KIND, 'input')).guess('cabby', 3),
  },
  {
    name: 'dictionary',
    seeds: text('hello HH AH L OW\nhello(2)\tHH EH0 L OW1 # ours\n;;; theirs\nworld W ER L D\n'),
    most: 500,
    run: (input) => new Lexicon().addDictionary(utf8(input), 'input'),
  },
  {
    name: 'card',
    seeds: [file('models/en-small/card.json')],
    most: 8000,
    run: (input) => void parseCard(json(input), 'input'),
  },
  {
    name: 'onnx metadata',
    seeds: [
      writeOnnx({
        inputs: [{ name: 'x', type: 'float32', dims: ['N', 80, -1] }],
        outputs: [{ name: 'y', type: 'int64', dims: [] }],
        nodes: [{ operator: 'Add', inputs: ['x', 'w'], outputs: ['y'], attributes: { a: [1], b: { float: 2 } } }],
        weights: [{ name: 'w', dims: [1], data: Float32Array.of(1), location: 'w.data' }],
        properties: { vocab_size: '9' },
      }),
    ],
    most: 1000,
    run: (input) => void onnxMetadata(input, 'input'),
  },
  {
    name: 'sentencepiece',
    seeds: ['unigram', 'bpe', 'char'].map((kind) => file(`test/data/tokenizers/${kind}.model`)),
    most: 10000,
    run: (input) => void sentencePieceTokenizer(input, 'input').encode('recognition'),
  },
  {
    name: 'tokenizer json',
    seeds: ['unigram', 'bpe', 'wordlevel'].map((kind) => file(`test/data/tokenizers/${kind}.json`)),
    most: 16000,
    run: (input) => void tokenizerOfJson(utf8(input), 'input').encode('recognition'),
  },
  {
    name: 'tokens',
    seeds: text('<blk> 0\n▁the 1\n 2\n', '{"<pad>":0,"|":1,"e":2}'),
    most: 500,
    run(input) {
      for (const read of [readTokens, readVocabulary])
        try {
          new PieceSpelling(read(utf8(input), 'input')).spell('hello');
        } catch (error) {
          if (!isAnswer(error)) throw error;
        }
    },
  },
  {
    name: 'units',
    seeds: text('0 1 2\n0 1 3\n0 4 2\n'),
    most: 500,
    run: (input) => void ContextTable.parse(utf8(input)),
  },
  {
    name: 'stream messages',
    seeds: text(
      '{"type":"start","encoding":"mulaw","sampleRate":8000,"phrases":["a $b",{"text":"c","boost":3}],"classes":{"b":["x y"]},"keywords":[{"text":"k"}]}',
      '{"type":"resume","session":"abc","seq":3}',
      '{"type":"ping","id":1}',
    ),
    most: 1000,
    run(input) {
      const message = clientMessage(parseJson(Buffer.from(input)));
      if (message.type === 'start') checkPhrases(message.phrases, message.classes);
    },
  },
  {
    name: 'vosk messages',
    seeds: text('{"config":{"sample_rate":8000,"phrase_list":["a b"],"words":1}}', '{"eof":1}', '{"reset":1}'),
    most: 500,
    run: (input) => void CONTROL.parse(parseJson(Buffer.from(input))),
  },
  {
    name: 'deepgram addresses',
    seeds: text('encoding=linear16&sample_rate=16000&channels=2&multichannel=true&keywords=hearken:3&endpointing=300'),
    most: 300,
    run: (input) => void startOf(new URLSearchParams(utf8(input))),
  },
  {
    name: 'text',
    seeds: text(
      'Mr. Smith paid $25,000 on May 3rd, 1984 — didn’t he? Yes; twice…',
      'twenty five dollars and nine cents at five p m',
    ),
    most: 400,
    run(input) {
      const line = utf8(input);
      sentences(line);
      tokensOf(line);
      written(line.toLowerCase().split(/\s+/).filter(Boolean).slice(0, 30));
    },
  },
];

function json(input: Uint8Array): unknown {
  try {
    return JSON.parse(utf8(input));
  } catch (cause) {
    throw new HearkenError('MODEL_CARD', (cause as Error).message);
  }
}

/** Errors that are answers: every other one is a find. */
export const isAnswer = (error: unknown): boolean => error instanceof HearkenError || error instanceof ZodError;
