import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { NetworkModel } from '../../src/acoustic/index.js';
import { Engine, type LiveOptions, type Segment } from '../../src/index.js';
import { sentencePieceTokenizer, standardLexicon } from '../../src/lexicon/index.js';
import {
  buildLanguage,
  DEFAULT_MODEL,
  type ImportReport,
  importModel,
  pronouncerOf,
  readPackage,
  topologyOf,
} from '../../src/package/index.js';
import { align } from '../../src/recognizer/align.js';
import { openNetwork } from '../../src/runtime/index.js';
import { codeOf } from '../support/errors.js';
import { writeOnnx } from '../support/onnx-writer.js';
import { DATA } from '../support/shared.js';
import {
  nemoNetwork,
  nemoStreamingNetwork,
  parakeetNetwork,
  wav2vec2Network,
  zipformerNetwork,
  zipformerStreamingNetwork,
} from '../support/tone-models.js';
import { tones } from '../support/tones.js';
import { wav } from '../support/wav.js';

const PIECES = ['<unk>', '▁he', 'llo', '▁wor', 'ld', '▁a', 's', 'l'];
const CHARACTERS = ['a', 'l', '▁', 's', 'o'];

const table = (units: readonly string[]): string => units.map((unit, i) => `${unit} ${i}\n`).join('');

/** Networks that write tones: no real ones of these families can be had here, and in these a wrong axis or order gives other words. */
describe('imported CTC networks', function () {
  this.timeout(60_000);
  const lexicon = standardLexicon();
  let dir: string;
  let language: string;
  before(async () => {
    dir = mkdtempSync(resolve(tmpdir(), 'hearken-nemo-'));
    language = resolve(dir, 'words');
    const text = resolve(dir, 'text.txt');
    writeFileSync(text, 'hello world\na world\nas all\nall a hello\nall also\n'.repeat(2));
    await buildLanguage({ texts: [text], exclude: [], tune: [], base: DEFAULT_MODEL, out: language, lexicon });
  });
  after(() => rmSync(dir, { recursive: true }));

  /** Files of a network and the package of it. */
  function imported(name: string, files: Record<string, string | Uint8Array>): ImportReport {
    const from = resolve(dir, `${name}-files`);
    mkdirSync(from, { recursive: true });
    for (const [file, content] of Object.entries(files)) writeFileSync(resolve(from, file), content);
    return importModel({ source: resolve(from, 'model.onnx'), out: () => resolve(dir, name), language, lexicon });
  }

  async function segments(model: string, units: number[], options: LiveOptions = {}): Promise<Segment[]> {
    await using engine = await Engine.load({ model: resolve(dir, model), workers: 1 });
    const stream = engine.createStream({ sampleRate: 16000, ...options });
    const found = (async () => {
      const out: Segment[] = [];
      for await (const result of stream) if (result.type === 'final') out.push(result);
      return out;
    })();
    const samples = tones(units);
    for (let at = 0; at < samples.length; at += 3000) await stream.accept(samples.slice(at, at + 3000));
    stream.endInput();
    return await found;
  }

  const textOf = (all: Segment[]): string => all.map((s) => s.text).join(' ');

  it('of NeMo with word pieces give words and their times, units by tokens.txt, the blank last', async () => {
    const report = imported('pieces', {
      'model.onnx': writeOnnx(nemoNetwork(9)),
      'tokens.txt': table([...PIECES, '<blk>']),
    });
    expect(report.family).to.equal('nemo-ctc');
    expect(report.unspelled).to.deep.equal(['also']);
    const found = await segments('pieces', [1, 2, 3, 4, 5, 7, 7, 5]);
    expect(textOf(found)).to.equal('hello world all a');
    // "world" is the third and fourth tone: from 0.94 to 1.46 s.
    const { start, end } = found[0].words[1];
    expect(start).to.be.closeTo(0.94, 0.05);
    expect(end).to.be.closeTo(1.46, 0.05);
  });

  it('of NeMo with word pieces take new words by spelling', async () => {
    imported('pieces', { 'model.onnx': writeOnnx(nemoNetwork(9)), 'tokens.txt': table([...PIECES, '<blk>']) });
    expect(textOf(await segments('pieces', [1, 2, 6, 5]))).to.not.include('hellos');
    const phrases = [{ text: 'hellos' }];
    expect(textOf(await segments('pieces', [1, 2, 6, 5], { phrases }))).to.equal('hellos a');
  });

  it('of NeMo cut words as the tokenizer next to them does', async () => {
    const model = readFileSync(resolve(DATA, 'tokenizers/unigram.model'));
    const { units } = sentencePieceTokenizer(model, 'unigram');
    const network = nemoNetwork(units.length + 1);
    imported('tokenizer', {
      ...{ 'model.onnx': writeOnnx(network), 'tokens.txt': table([...units, '<blk>']) },
      'tokenizer.model': model,
    });
    const { card, tokenizer } = readPackage(resolve(dir, 'tokenizer'));
    const cut = pronouncerOf(card.spelling, tokenizer, lexicon).pronounce('world');
    const encoded = sentencePieceTokenizer(model, 'unigram').encode('world') ?? [];
    expect(cut).to.deep.equal([encoded.map((id) => units[id])]);
    // The words of another text bring the tokenizer along.
    const text = resolve(dir, 'other.txt');
    writeFileSync(text, 'world all hello\n');
    const base = resolve(dir, 'tokenizer');
    await buildLanguage({ texts: [text], exclude: [], tune: [], base, out: resolve(dir, 'own'), lexicon });
    expect(readPackage(resolve(dir, 'own')).tokenizer?.length).to.equal(model.length);
  });

  it('take words of other texts, and align transcripts longer than a segment', async () => {
    imported('pieces', { 'model.onnx': writeOnnx(nemoNetwork(9)), 'tokens.txt': table([...PIECES, '<blk>']) });
    const text = resolve(dir, 'other.txt');
    writeFileSync(text, 'world all hello\nbanana\n');
    const base = resolve(dir, 'pieces');
    const report = await buildLanguage({
      texts: [text],
      exclude: [],
      tune: [],
      base,
      out: resolve(dir, 'own'),
      lexicon,
    });
    expect(report.unpronounced.map(([word]) => word)).to.deep.equal(['banana']);
    expect(textOf(await segments('own', [3, 4, 5, 7, 7]))).to.equal('world all');

    const { acoustic, card, contexts, tokenizer } = readPackage(base);
    const { network } = await openNetwork(acoustic, ['cpu']);
    const tools = {
      acoustic: new NetworkModel(network, card.acoustic, card.features),
      topology: topologyOf(card, contexts),
      units: card.spelling.units,
      lexicon: pronouncerOf(card.spelling, tokenizer, lexicon),
      silence: card.spelling.silence,
    };
    // "hello world" 30 times: 39 s without a pause.
    const words = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 'hello' : 'world'));
    const samples = tones(words.flatMap((word) => (word === 'hello' ? [1, 2] : [3, 4])));
    const pcm = Int16Array.from(samples, (x) => Math.round(x * 32767));
    const recording = wav({ data: new Uint8Array(pcm.buffer) });
    const alignment = await align(tools, recording, words);
    await network.close();
    expect(alignment.complete).to.equal(true);
    expect(alignment.words.map((w) => w.text)).to.deep.equal(words);
    for (const [i, { start, end }] of alignment.words.entries()) {
      expect(start, `${i}`).to.be.closeTo(0.3 + 0.64 * i, 0.06);
      expect(end, `${i}`).to.be.closeTo(0.3 + 0.64 * i + 0.52, 0.06);
    }
  });

  it('of NeMo with characters give words, with the space between them', async () => {
    const report = imported('characters', { 'model.onnx': writeOnnx(nemoNetwork(6)), 'vocab.txt': table(CHARACTERS) });
    expect(report.unspelled).to.include('hello');
    expect(textOf(await segments('characters', [0, 1, 1, 2, 0, 2, 0, 1, 3, 4]))).to.equal('all a also');
  });

  it('of NeMo that stream carry their caches, and give words as they come', async () => {
    imported('caches', { 'model.onnx': writeOnnx(nemoStreamingNetwork(9)), 'tokens.txt': table([...PIECES, '<blk>']) });
    const found = await segments('caches', [1, 2, 3, 4, 5, 7, 7, 5]);
    expect(textOf(found)).to.equal('hello world all a');
    // The network is a chunk of 0.32 s late.
    expect(found[0].words[1].start).to.be.closeTo(0.94 + 0.32, 0.06);
  });

  it('of icefall take whole segments, the blank first', async () => {
    const tokens = table(['<blk>', ...PIECES]);
    imported('zipformer', { 'model.onnx': writeOnnx(zipformerNetwork(9)), 'tokens.txt': tokens });
    expect(textOf(await segments('zipformer', [2, 3, 4, 5, 6, 8, 8, 6]))).to.equal('hello world all a');
  });

  it('of icefall that stream carry a list of states, the batch in any axis', async () => {
    const tokens = table(['<blk>', ...PIECES]);
    imported('states', { 'model.onnx': writeOnnx(zipformerStreamingNetwork(9)), 'tokens.txt': tokens });
    expect(textOf(await segments('states', [2, 3, 4, 5, 6, 8, 8, 6]))).to.equal('hello world all a');
  });

  it('of the wav2vec2 kind take normalised samples, and spell in capitals', async () => {
    const vocabulary = JSON.stringify({ '<pad>': 0, '|': 1, A: 2, L: 3, S: 4, O: 5 });
    const files = { 'model.onnx': writeOnnx(wav2vec2Network(6)), 'vocab.json': vocabulary };
    expect(imported('letters', files).guessed.join('; ')).to.include('samples normalised');
    const found = await segments('letters', [2, 3, 3, 1, 2, 1, 2, 3, 4, 5]);
    expect(textOf(found)).to.equal('all a also');
    // "a" is the fifth tone, from 1.58 to 1.78 s.
    expect(found[0].words[1].start).to.be.closeTo(1.58, 0.03);
    expect(found[0].words[1].end).to.be.closeTo(1.78, 0.03);
    imported('loud', { ...files, 'preprocessor_config.json': '{"do_normalize":false}' });
    expect(textOf(await segments('loud', [2, 3, 3]))).to.equal('');
  });

  it('of Hugging Face take a mask of ones, and logits', async () => {
    imported('parakeet', { 'model.onnx': writeOnnx(parakeetNetwork(9)), 'tokens.txt': table([...PIECES, '<blk>']) });
    const found = await segments('parakeet', [1, 2, 3, 4, 5, 7, 7, 5]);
    expect(textOf(found)).to.equal('hello world all a');
    expect(found[0].words[1].start).to.be.closeTo(0.94, 0.1);
  });

  it('say what was guessed, and refuse files that do not fit', () => {
    const network = nemoNetwork(9);
    const bare = writeOnnx({ ...network, properties: {} });
    const guessed = imported('bare', { 'model.onnx': bare, 'tokens.txt': table(PIECES) }).guessed.join('; ');
    expect(guessed).to.include('8 feature frames').and.include('per feature').and.include('tokenizer');
    const files = (tokens: string, properties?: Record<string, string>) => (): unknown =>
      imported('wrong', { 'model.onnx': writeOnnx(nemoNetwork(9, properties)), 'tokens.txt': tokens });
    expect(codeOf(files(table(PIECES.slice(2))))).to.equal('MODEL_FILE');
    expect(codeOf(files('no numbers\n'))).to.equal('LEXICON_FORMAT');
    expect(codeOf(files(table(PIECES), { is_giga_am: '1' }))).to.equal('MODEL_FILE');
    expect(codeOf(() => imported('alone', { 'model.onnx': bare }))).to.equal('MODEL_NOT_FOUND');
    const apart = network.weights?.map((w) => ({ ...w, location: 'model.onnx_data' })) ?? [];
    const split = { 'model.onnx': writeOnnx({ ...network, weights: apart }), 'tokens.txt': table(PIECES) };
    expect(() => imported('split', split)).to.throw('model.onnx_data');
  });
});
