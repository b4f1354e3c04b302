import { resolve } from 'node:path';
import { Engine, type Phrase } from '../src/index.js';
import { NgramLm } from '../src/lm/index.js';
import { DEFAULT_MODEL, readPackage } from '../src/recognizer/model-package.js';
import { addScores, align, scoreOf, scoringWords, wordErrorRate } from '../src/scoring/index.js';
import { manifest, withClips } from './scores.js';

/** A word this dear (−ln of its unigram probability) is rare: a name or a term, as users list them. */
const RARE = 11.5;
const BOOSTS = [0, 3, 5, 7, 9];

/**
 * Listening for phrases on real speech: the rare words of the librispeech dev split are listed, all at once. How many of
 * them are heard where they are said, and how often they are written where they are not, there and in other speech.
 */
export async function phrasesBench(): Promise<void> {
  await using engine = await Engine.load();
  const parts = readPackage(DEFAULT_MODEL);
  if (!parts.lm) throw new Error('the model has no language model to compare with');
  const lm = new NgramLm(parts.lm);
  const labels = new Map(parts.words.map((w, i) => [w, i]));
  const isRare = (word: string): boolean => lm.unigramCost(labels.get(word) ?? 0) > RARE && labels.has(word);
  const own = manifest('librispeech', 'dev');
  const others = manifest('commonvoice1', 'dev').slice(0, 150);
  const rare = new Set(own.flatMap((c) => scoringWords(c.text)).filter(isRare));
  console.log(`${rare.size} rare words listed`);
  console.log('| boost | heard where said | written where not said | WER | written in other speech | WER there |');
  console.log('|---|---|---|---|---|---|');
  for (const boost of BOOSTS) {
    const phrases = boost > 0 ? [...rare].map((text) => ({ text, boost })) : [];
    const here = await count(engine, 'librispeech', own, rare, phrases);
    const there = await count(engine, 'commonvoice1', others, rare, phrases);
    const percent = (x: number): string => `${(100 * x).toFixed(1)} %`;
    console.log(
      `| ${boost || 'not listed'} | ${here.heard} of ${here.said} (${percent(here.heard / here.said)}) | ${here.inserted} | ${percent(here.wer)} | ${there.inserted} of ${there.words} words | ${percent(there.wer)} |`,
    );
  }
}

interface Count {
  said: number;
  heard: number;
  inserted: number;
  words: number;
  wer: number;
}

async function count(
  engine: Engine,
  corpus: string,
  clips: { id: string; text: string }[],
  rare: ReadonlySet<string>,
  phrases: Phrase[],
): Promise<Count> {
  return withClips(corpus, 'dev', async (directory) => {
    const pairs = await Promise.all(
      clips.map(async ({ id, text }) => {
        const words: string[] = [];
        for await (const r of engine.transcribe(resolve(directory, `${id}.opus`), { phrases }))
          if (r.type === 'final') words.push(r.text);
        return align(scoringWords(text), scoringWords(words.join(' ')));
      }),
    );
    const all = pairs.flat();
    const said = all.filter((p) => p.reference !== undefined && rare.has(p.reference));
    return {
      said: said.length,
      heard: said.filter((p) => p.operation === 'correct').length,
      inserted: all.filter((p) => p.operation !== 'correct' && p.hypothesis !== undefined && rare.has(p.hypothesis))
        .length,
      words: all.filter((p) => p.reference !== undefined).length,
      wer: wordErrorRate(addScores(pairs.map(scoreOf))),
    };
  });
}
