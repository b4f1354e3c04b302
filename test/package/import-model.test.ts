import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { NetworkModel } from '../../src/acoustic/index.js';
import { openAudio } from '../../src/audio/index.js';
import { Engine } from '../../src/index.js';
import { standardLexicon } from '../../src/lexicon/index.js';
import { buildLanguage, DEFAULT_MODEL, importModel, readCard } from '../../src/package/index.js';
import { openNetwork } from '../../src/runtime/index.js';
import { collect } from '../support/audio.js';
import { hearken } from '../support/cli.js';
import { codeOf } from '../support/errors.js';
import { readNpy } from '../support/npy.js';
import { writeOnnx } from '../support/onnx-writer.js';
import { DATA } from '../support/shared.js';

const HAMA = resolve(DATA, 'hama');
const NETWORK = resolve(HAMA, 'asr_waveform_fp16.onnx');
const CLIP = resolve(HAMA, '3752-4944-0060.wav');
const SAID = 'oh god give me strength aid me help me';

describe('importModel', function () {
  this.timeout(120_000);
  const lexicon = standardLexicon();
  let dir: string;
  let language: string;
  const out = (name: string): string => resolve(dir, name);

  before(async () => {
    dir = mkdtempSync(resolve(tmpdir(), 'hearken-import-'));
    language = resolve(dir, 'words');
    const text = resolve(dir, 'text.txt');
    writeFileSync(text, `${SAID}\nthe aid of a god\nhelp them to give strength\nbanana bread\n`.repeat(2));
    await buildLanguage({ texts: [text], exclude: [], tune: [], base: DEFAULT_MODEL, out: language, lexicon });
    importModel({ source: NETWORK, out, language, lexicon });
  });
  after(() => rmSync(dir, { recursive: true }));

  /** Rows of the clip by the imported network, its columns added up or as they are. */
  async function rowsOf(merge: boolean): Promise<{ rows: Float32Array; columns: number }> {
    const { acoustic, features } = readCard(out('hama-en'));
    const { network } = await openNetwork(readFileSync(out('hama-en/acoustic.onnx')), ['cpu']);
    const contract = merge ? acoustic : { ...acoustic, columns: 191, merge: undefined };
    const stream = new NetworkModel(network, contract, features).open();
    const [samples] = await collect(await openAudio(CLIP));
    for (let at = 0; at < samples.length; at += 7001)
      expect(await stream.accept(samples.subarray(at, at + 7001))).to.deep.equal([]);
    const [rows] = await stream.finish();
    await network.close();
    return { rows, columns: contract.columns };
  }

  // Log-probabilities of columns that are all but impossible move by up to 0.05 with the runtime's version and its level of
  // optimisation, for the weights are of 16 bits; probabilities do not.
  it('gives the probabilities of the reference runtime to 1e-3, and its greedy path', async () => {
    const { rows, columns } = await rowsOf(false);
    const { shape, data } = readNpy(resolve(HAMA, '3752-4944-0060.logprobs.npy.gz'));
    expect([rows.length / columns, columns]).to.deep.equal(shape);
    const most = (all: Float32Array, r: number): number => {
      const row = all.subarray(r * columns, (r + 1) * columns);
      return row.indexOf(Math.max(...row));
    };
    for (let i = 0; i < data.length; i++) {
      expect(Math.exp(rows[i])).to.be.closeTo(Math.exp(data[i]), 1e-3);
      expect(rows[i]).to.be.closeTo(data[i], 0.1);
    }
    for (let r = 0; r < shape[0]; r++) expect(most(rows, r)).to.equal(most(data, r));
  });

  it('adds up the columns of one phone', async () => {
    const [{ rows }, { rows: own, columns }] = [await rowsOf(true), await rowsOf(false)];
    const { merge = [] } = readCard(out('hama-en')).acoustic;
    for (let r = 0; r < own.length / columns; r++)
      for (const [c, from] of merge.entries()) {
        const sum = from.reduce((p, column) => p + Math.exp(own[r * columns + column]), 0);
        expect(Math.exp(rows[r * merge.length + c])).to.be.closeTo(sum, 1e-6);
      }
  });

  it('makes a package that recognises, with times, confidences, phrases and keywords', async () => {
    await using engine = await Engine.load({ model: out('hama-en'), workers: 1 });
    const segments = [];
    const hits: string[] = [];
    const keywords = [
      { text: 'strength', threshold: -2 },
      { text: 'banana', threshold: -2 },
    ];
    for await (const result of engine.transcribe(CLIP, { keywords })) {
      if (result.type === 'final') segments.push(result);
      if (result.type === 'keyword') hits.push(result.text);
    }
    expect(segments.map((s) => s.text).join(' ')).to.equal(SAID);
    expect(hits).to.deep.equal(['strength']);
    const words = segments.flatMap((s) => s.words);
    for (const [i, { start, end, confidence = -1 }] of words.entries()) {
      expect(end).to.be.above(start);
      expect(start).to.be.at.least(words[i - 1]?.end ?? 0);
      expect(confidence).to.be.within(0, 1);
    }
    // "strength" is from 1.4 to 1.8 s of the clip.
    expect(words[4].start).to.be.closeTo(1.42, 0.1);
    expect(words[4].end).to.be.closeTo(1.8, 0.1);
  });

  it('gives the same results however samples arrive, and new words in streams', async () => {
    await using engine = await Engine.load({ model: out('hama-en'), workers: 1 });
    const [samples] = await collect(await openAudio(CLIP));
    const texts: string[] = [];
    for (const size of [1000, 16000, samples.length]) {
      const stream = engine.createStream({
        sampleRate: 16000,
        phrases: [{ text: 'grand hotel' }],
        partials: true,
      });
      const reading = (async () => {
        const finals: unknown[] = [];
        for await (const result of stream) if (result.type === 'final') finals.push(result);
        return JSON.stringify(finals);
      })();
      for (let at = 0; at < samples.length; at += size) await stream.accept(samples.slice(at, at + size));
      stream.endInput();
      texts.push(await reading);
    }
    expect(texts[0]).to.include('strength');
    expect(new Set(texts).size).to.equal(1);
  });

  it('takes grammars with rejection, and aligns transcripts', () => {
    const grammar = resolve(dir, 'a.gram');
    writeFileSync(grammar, `#JSGF V1.0; grammar a; public <a> = ${SAID} | turn the light on;`);
    const built = hearken('graph', 'build', grammar, '--base', out('hama-en'), '-o', out('grammar'));
    expect(built.status, built.err).to.equal(0);
    expect(hearken('transcribe', CLIP, '-m', out('grammar')).out).to.equal(`${SAID}\n`);
    writeFileSync(grammar, '#JSGF V1.0; grammar a; public <a> = turn the light (on | off);');
    hearken('graph', 'build', grammar, '--base', out('hama-en'), '-o', out('grammar'));
    expect(hearken('transcribe', CLIP, '-m', out('grammar')).out).to.equal('<other>\n');
    writeFileSync(resolve(dir, 'said.txt'), SAID);
    const { out: ctm } = hearken('align', CLIP, resolve(dir, 'said.txt'), '-m', out('hama-en'), '-f', 'ctm');
    expect(
      ctm
        .trim()
        .split('\n')
        .map((line) => line.split(' ').at(-1))
        .join(' '),
    ).to.equal(SAID);
  });

  it('says what is missing or unknown, and leaves nothing behind', () => {
    const alone = resolve(dir, 'alone');
    mkdirSync(alone);
    copyFileSync(NETWORK, resolve(alone, 'net.onnx'));
    const at = (source: string) =>
      codeOf(() => importModel({ source, out: () => resolve(dir, 'broken'), language, lexicon }));
    expect(at(resolve(alone, 'net.onnx'))).to.equal('INPUT_NOT_FOUND');
    writeFileSync(resolve(alone, 'g2p_vocab.json'), '{"decoder":["a","b"]}');
    expect(at(resolve(alone, 'net.onnx'))).to.equal('MODEL_FILE');
    writeFileSync(resolve(alone, 'g2p_vocab.json'), '{}');
    expect(at(resolve(alone, 'net.onnx'))).to.equal('LEXICON_FORMAT');
    writeFileSync(resolve(alone, 'cut.onnx'), readFileSync(NETWORK).subarray(0, 100_000));
    expect(at(resolve(alone, 'cut.onnx'))).to.equal('MODEL_FILE');
    const other = writeOnnx({
      inputs: [{ name: 'pixels', type: 'float32', dims: [1] }],
      outputs: [{ name: 'labels', type: 'float32', dims: [1] }],
      nodes: [{ operator: 'Identity', inputs: ['pixels'], outputs: ['labels'] }],
    });
    writeFileSync(resolve(alone, 'other.onnx'), other);
    expect(at(resolve(alone, 'other.onnx'))).to.equal('MODEL_FILE');
    expect(() => importModel({ source: resolve(alone, 'other.onnx'), out, language, lexicon })).to.throw(
      'pixels float32 [1]',
    );
    expect(existsSync(resolve(dir, 'broken'))).to.equal(false);
    expect(existsSync(resolve(dir, 'broken.part'))).to.equal(false);
    expect(codeOf(() => importModel({ source: NETWORK, out: () => alone, language, lexicon }))).to.equal(
      'OPTION_INVALID',
    );
  });
});
